import type { ReactNode } from 'react';
import type { TaskView } from '../../../../domain/registration/view.ts';
import { durationText } from '../../../../domain/time/durationText.ts';
import { Facts, Section } from '../../components/Facts.tsx';
import { Pill } from '../../components/Pill.tsx';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';
import { label, type Tone } from '../../model/states.ts';
import { stateTextsOf } from './NoteProgress.tsx';

const titles: Readonly<Record<TaskView['kind'], string>> = {
  registration: 'Registration by a person',
  rotation: 'Rotation by a person',
  metadata: 'Change of the client by a person',
};

type Clock = TaskView['clocks'][number];

const clockTones: Readonly<Record<Clock['state'], Tone>> = {
  'not-started': 'idle',
  running: 'waiting',
  met: 'good',
  missed: 'bad',
};

const duties: Readonly<Record<Clock['duty'], string>> = {
  verify: 'Verify who you are',
  enable: 'Register and enable the application',
};

/** Work of a person: where it stands, who owes what by when; `children` notes progress. */
export function Task({ view, children }: { view: RegistrationView; children: ReactNode }) {
  const { task, registrationId } = view;
  if (task === undefined) return null;
  const packet = `/v1/registrations/${registrationId}/packet`;
  return (
    <Section id="task" title={titles[task.kind]}>
      <p className="links">
        <a href={`${packet}?format=html`} target="_blank" rel="noreferrer">
          Packet to print (opens a new tab)
        </a>
        <a href={`${packet}?format=markdown`}>Packet as Markdown</a>
      </p>
      <Facts
        of={[
          ['State', stateTextsOf(task)[task.state]],
          ...(task.change === undefined ? [] : ([['To change', wanted(task.change)]] as const)),
          ['Since', <Time key="since" at={task.verifiedAt ?? task.submittedAt ?? task.since} />],
          ['Owner', task.owner],
          ['Reference', task.reference],
          ['Handed in', task.submittedAt && <Time key="submitted" at={task.submittedAt} />],
          ['Verified', task.verifiedAt && <Time key="verified" at={task.verifiedAt} />],
          ['Expected wait', waitOf(task)],
          ['Note', task.note],
        ]}
      />
      <Clocks clocks={task.clocks} />
      {children}
    </Section>
  );
}

function wanted({ members, revision }: NonNullable<TaskView['change']>): ReactNode {
  return (
    <>
      <code>{members.join(', ')}</code>, as revision {revision} of the application and the packet have it
    </>
  );
}

function waitOf({ vendor }: TaskView): string | null {
  return vendor?.expectedWait == null ? null : durationText(`PT${Math.round(vendor.expectedWait / 1000)}S`);
}

function Clocks({ clocks }: { clocks: readonly Clock[] }) {
  const begun = clocks.filter(({ state }) => state !== 'not-started');
  if (begun.length === 0) return null;
  return (
    <>
      <h3>Deadlines of 45 CFR 170.404(b)(1)</h3>
      <ul className="findings">
        {begun.map((clock) => (
          <li key={clock.duty}>
            <Pill tone={clockTones[clock.state]}>{label(clock.state)}</Pill>
            <span>
              {duties[clock.duty]} by {clock.dueOn ?? 'an unknown day'}
              {clock.dueAt !== null && (
                <>
                  {' '}
                  (<Time at={clock.dueAt} />)
                </>
              )}
              . Owed by {clock.owedBy ?? 'the developer of the certified technology'}
              {clock.applies === 'yes' ? '' : ', if the technology is certified, which is not known'}.{' '}
              <code>{clock.citation}</code>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
