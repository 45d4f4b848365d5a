import { type ReactNode, useState } from 'react';
import { taskStates, taskTextLimits } from '../../../../domain/people/tasks/task.ts';
import type { TaskView } from '../../../../domain/registration/view.ts';
import { Field } from '../../components/Form.tsx';
import { type TaskDraft, taskBody } from '../../model/forms.ts';

const submitted = 'submitted: the vendor or the health system has it';

const verifiedTexts: Readonly<Record<TaskView['kind'], string>> = {
  registration: 'verified: they said that you are who you are',
  rotation: 'verified: they said that a new secret comes',
  metadata: 'verified: the client has been changed',
};

/** The states of a task in words. */
export function stateTextsOf({ kind }: Pick<TaskView, 'kind'>): Readonly<Record<TaskView['state'], string>> {
  return { open: 'open: somebody has to hand it in', submitted, verified: verifiedTexts[kind] };
}

const texts = [
  ['owner', 'Owner'],
  ['reference', 'Reference at the vendor'],
  ['note', 'Note (no secrets)'],
] as const;

/** Notes the progress of a task. What the person did not touch follows what others note meanwhile. */
export function NoteProgress(props: {
  task: TaskView;
  busy: boolean;
  refusal: ReactNode;
  onNote: (body: NonNullable<ReturnType<typeof taskBody>>) => Promise<boolean>;
}) {
  const { task } = props;
  const [draft, setDraft] = useState<TaskDraft>({});
  const [unchanged, setUnchanged] = useState(false);
  const state = draft.state ?? task.state;
  function touch(change: TaskDraft): void {
    setUnchanged(false);
    setDraft((before) => ({ ...before, ...change }));
  }
  return (
    <details>
      <summary>Note progress</summary>
      <form
        className="fields"
        autoComplete="off"
        onSubmit={async (event) => {
          event.preventDefault();
          if (props.busy) return;
          const body = taskBody(draft, task);
          if (body === null) setUnchanged(true);
          else if (await props.onNote(body)) setDraft({});
        }}
      >
        <Field label="State">
          {(field) => (
            <select
              {...field}
              value={state}
              onChange={(event) => touch({ state: event.target.value as TaskView['state'] })}
            >
              {taskStates.map((known) => (
                <option key={known} value={known}>
                  {stateTextsOf(task)[known]}
                </option>
              ))}
            </select>
          )}
        </Field>
        {state !== 'open' && (
          <Field
            label={state === 'submitted' ? 'Handed in at' : 'Verified at'}
            help={task.state === state ? 'Empty: as noted before.' : 'Empty: now. Deadlines count from here.'}
          >
            {(field) => (
              <input
                {...field}
                type="datetime-local"
                value={draft.at ?? ''}
                onChange={(event) => touch({ at: event.target.value })}
              />
            )}
          </Field>
        )}
        {texts.map(([name, label]) => (
          <Field key={name} label={label}>
            {(field) => (
              <input
                {...field}
                value={draft[name] ?? task[name] ?? ''}
                maxLength={taskTextLimits[name]}
                autoComplete="off"
                onChange={(event) => touch({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {props.refusal}
        <p role="status" className="help">
          {unchanged && 'Nothing is changed yet.'}
        </p>
        <div className="buttons">
          <button type="submit" className="primary" disabled={props.busy}>
            Note
          </button>
        </div>
      </form>
    </details>
  );
}
