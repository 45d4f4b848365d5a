import { useState } from 'react';
import { type Outcome, outcomeOf } from '../../../../domain/operations/outcome.ts';
import type { OperationKind } from '../../../../domain/operations/request.ts';
import { ApiProblem, request } from '../../http/client.ts';
import type { Accepted, EventRecord } from '../../http/shapes.ts';
import { useSession } from '../../session.ts';

type Started = { readonly kind: OperationKind; readonly operationId: string | null };

/** What a person started here, and how it goes on. */
export interface Operation {
  readonly kind: OperationKind | null;
  /** While it is, nothing else is started. */
  readonly busy: boolean;
  readonly end: { readonly outcome: Outcome; readonly message: string } | null;
  readonly problem: { readonly kind: OperationKind; readonly problem: ApiProblem } | null;
  /**
   * Sends one request that answers with an operation; `action` is the path below the registration. True: it was taken.
   * The body is kept nowhere.
   */
  start(kind: OperationKind, method: 'POST' | 'PUT' | 'PATCH', action: string, body: unknown): Promise<boolean>;
}

/** Their end may be days away: a person goes on meanwhile. */
const takeLong: readonly OperationKind[] = [
  'supplyCredential',
  'shareClient',
  'changeMetadata',
  'acceptCurrent',
  'overwrite',
];

export function useOperation(registrationId: string, events: readonly EventRecord[]): Operation {
  const session = useSession();
  const [started, setStarted] = useState<Started | null>(null);
  const [problem, setProblem] = useState<Operation['problem']>(null);
  const end = started?.operationId == null ? null : findEnd(events, started.kind, started.operationId);
  const goesOn = started !== null && started.operationId !== null && takeLong.includes(started.kind);

  return {
    kind: started?.kind ?? null,
    busy: started !== null && end === null && !goesOn,
    end,
    problem,
    async start(kind, method, action, body) {
      if (session.csrfToken === null) return false;
      setProblem(null);
      setStarted({ kind, operationId: null });
      try {
        const path = `/v1/registrations/${registrationId}${action === '' ? '' : `/${action}`}`;
        const { operationId } = await request<Accepted>(path, { method, body, csrfToken: session.csrfToken });
        setStarted({ kind, operationId });
        return true;
      } catch (error) {
        session.refused(error);
        setStarted(null);
        setProblem({
          kind,
          problem: error instanceof ApiProblem ? error : new ApiProblem(0, 'The request failed', ''),
        });
        return false;
      }
    },
  };
}

function findEnd(events: readonly EventRecord[], kind: OperationKind, operationId: string): Operation['end'] {
  for (const event of events) {
    const outcome = event.operationId === operationId ? outcomeOf(kind, event.type) : null;
    if (outcome !== null) return { outcome, message: event.message };
  }
  return null;
}
