import { isText } from '../text/form.ts';
import { type Asked, detailForms, type OperationKind } from './details.ts';

export type { OperationKind } from './details.ts';

export const operationKinds = Object.keys(detailForms) as OperationKind[];

interface RequestOf<Kind extends OperationKind> extends Asked<Kind> {
  /** UUID. */
  readonly operationId: string;
  /** `key:{keyId}`, `oidc:{subject}` or `system`; 1 to 200 characters. */
  readonly actor: string;
  /** What the caller wrote, at most 500 characters; shown in the timeline. */
  readonly reason?: string | undefined;
}

/** Update of the registration entity (DESIGN section 5): what is asked of it. References, never secrets. */
export type OperationRequest<Kind extends OperationKind = OperationKind> = {
  readonly [Each in Kind]: RequestOf<Each>;
}[Kind];

const members: readonly string[] = ['operationId', 'kind', 'actor', 'reason', 'details'];
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isOperationRequest(value: unknown): value is OperationRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { operationId, kind, actor, reason, details } = value as Readonly<Record<string, unknown>>;
  const known = operationKinds.find((each) => each === kind);
  return (
    Object.keys(value).every((member) => members.includes(member)) &&
    typeof operationId === 'string' &&
    uuid.test(operationId) &&
    known !== undefined &&
    detailForms[known](details) &&
    isText(actor, 1, 200) &&
    (reason === undefined || isText(reason, 0, 500))
  );
}

/**
 * Judges what an entity was sent. By hand: the modules of workflow code are evaluated anew for every workflow, and zod
 * among them costs 12 ms and 1 MB each time.
 */
export const operationRequestSchema = {
  safeParse(value: unknown): { readonly success: true; readonly data: OperationRequest } | { readonly success: false } {
    return isOperationRequest(value) ? { success: true, data: value } : { success: false };
  },
};

/** Name of the one update handler that takes every operation. */
export const operateUpdate = 'operate';

/** Signal to an entity that what it goes by has moved outside: policies, a holder's credential. */
export const refreshSignal = 'refresh';

/** What the API uses to reach entities; `runtime/` implements it with the Temporal client. */
export interface EntityClient {
  /** Starts the workflow of a registration, or finds it running. */
  start(registrationId: string): Promise<void>;
  /**
   * Hands an operation to the entity, within one workflow task. Rejects with {@link EntityError}.
   */
  operate(registrationId: string, operation: OperationRequest): Promise<{ operationId: string }>;
  /** Makes the entity read its policies and its record again; starts it where it does not run. */
  refresh(registrationId: string): Promise<void>;
  /** Rejects when Temporal does not answer; for `/readyz`. */
  check(): Promise<void>;
}

export class EntityError extends Error {
  override readonly name = 'EntityError';
  /** `refused`: the validator said no (message says why); `unavailable`: Temporal did not answer. */
  readonly code: 'refused' | 'unavailable' | 'not-found';
  constructor(code: 'refused' | 'unavailable' | 'not-found', message: string) {
    super(message);
    this.code = code;
  }
}
