import { useState } from 'react';
import type { OperationKind } from '../../../../domain/operations.ts';
import { type Outcome, outcomeOf } from '../../../../domain/outcome.ts';
import { Problem } from '../../components/Problem.tsx';
import { ApiProblem, request } from '../../http/client.ts';
import type { Accepted, EventRecord, RegistrationView } from '../../http/shapes.ts';
import {
  type Availability,
  rotateAvailability,
  supplyTokenAvailability,
  verifyAvailability,
} from '../../model/actions.ts';
import { useSession } from '../../session.ts';
import { ConfirmRotation } from './ConfirmRotation.tsx';
import { SupplyToken } from './SupplyToken.tsx';

type Started = { readonly kind: OperationKind; readonly operationId: string | null };

const underWay = {
  rotate: 'Rotation asked for; waiting for its outcome…',
  verify: 'Proof asked for; waiting for its outcome…',
  discover: 'Discovery asked for; waiting for its outcome…',
  approveEndpoint: 'Approval handed over…',
  supplyInitialAccessToken: 'Token handed over…',
  supplyCredential: 'Credential handed over; waiting for its proof…',
  retire: 'Retirement asked for; waiting for its outcome…',
  reportLaunch: 'Launch reported…',
  changeMetadata: 'Change asked for; waiting for its outcome…',
  updateTask: 'Task noted…',
  shareClient: 'Shared client asked for; waiting for its outcome…',
} as const satisfies Record<OperationKind, string>;

const ends: Readonly<Record<Outcome, string>> = { succeeded: 'Done', deferred: 'Put off', failed: 'Failed' };

/** What a person can do here, and how what was started goes on. */
export function Actions({ view, events }: { view: RegistrationView; events: readonly EventRecord[] }) {
  const session = useSession();
  const [confirming, setConfirming] = useState(false);
  const [started, setStarted] = useState<Started | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const end = started?.operationId == null ? null : findEnd(events, started.kind, started.operationId);
  const busy = started !== null && end === null && problem === null;

  async function start(kind: OperationKind, method: 'POST' | 'PUT', action: string, body: unknown): Promise<boolean> {
    if (session.csrfToken === null) return false;
    setProblem(null);
    setStarted({ kind, operationId: null });
    try {
      const path = `/v1/registrations/${view.registrationId}/${action}`;
      const { operationId } = await request<Accepted>(path, { method, body, csrfToken: session.csrfToken });
      setStarted({ kind, operationId });
      return true;
    } catch (error) {
      session.refused(error);
      setStarted(null);
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, 'The request failed', ''));
      return false;
    }
  }

  const rotate = rotateAvailability(view, session.role);
  const verify = verifyAvailability(view, session.role);
  return (
    <section className="actions" aria-label="Actions">
      <div className="buttons">
        <Action name="Rotate" primary availability={rotate} busy={busy} onStart={() => setConfirming(true)} />
        <Action name="Verify" availability={verify} busy={busy} onStart={() => start('verify', 'POST', 'verify', {})} />
      </div>
      {supplyTokenAvailability(view, session.role).possible && (
        <SupplyToken
          busy={busy}
          onSupply={(token) => start('supplyInitialAccessToken', 'PUT', 'initial-access-token', { token })}
        />
      )}
      <p role="status" className={end === null ? 'progress' : `progress ${end.outcome}`}>
        {busy && started !== null && underWay[started.kind]}
        {end !== null && `${ends[end.outcome]}: ${end.message}`}
      </p>
      {problem !== null && <Problem problem={problem} />}
      {confirming && (
        <ConfirmRotation
          view={view}
          onCancel={() => setConfirming(false)}
          onConfirm={(reason) => {
            setConfirming(false);
            void start('rotate', 'POST', 'rotate', reason === '' ? {} : { reason });
          }}
        />
      )}
    </section>
  );
}

function findEnd(events: readonly EventRecord[], kind: OperationKind, operationId: string) {
  for (const event of events) {
    const outcome = event.operationId === operationId ? outcomeOf(kind, event.type) : null;
    if (outcome !== null) return { outcome, message: event.message };
  }
  return null;
}

function Action(props: {
  name: string;
  primary?: boolean;
  availability: Availability;
  busy: boolean;
  onStart: () => void;
}) {
  const { name, availability, busy } = props;
  const why = availability.possible ? (busy ? 'Another operation is under way.' : null) : availability.why;
  const id = `why-${name.toLowerCase()}`;
  return (
    <div className="action">
      {/* Not `disabled`: a button that cannot be reached cannot tell why. */}
      <button
        type="button"
        className={props.primary === true ? 'primary' : ''}
        aria-disabled={why !== null}
        aria-describedby={why === null ? undefined : id}
        onClick={why === null ? props.onStart : undefined}
      >
        {name}
      </button>
      {why !== null && (
        <span id={id} className="help">
          {why}
        </span>
      )}
    </div>
  );
}
