import { z } from 'zod';

/** Updates of the registration entity (DESIGN section 5). Arguments are references, never secrets. */
export const operationKinds = ['rotate', 'verify', 'discover', 'supplyInitialAccessToken', 'retire'] as const;
export type OperationKind = (typeof operationKinds)[number];

export const operationRequestSchema = z.strictObject({
  operationId: z.uuid(),
  kind: z.enum(operationKinds),
  /** `key:{keyId}`, `oidc:{subject}` or `system`. */
  actor: z.string().min(1).max(200),
  /** What the caller wrote; shown in the timeline. */
  reason: z.string().max(500).optional(),
});
export type OperationRequest = z.infer<typeof operationRequestSchema>;

/** Name of the one update handler that takes every operation. */
export const operateUpdate = 'operate';

/** What the API uses to reach entities; `runtime/` implements it with the Temporal client. */
export interface EntityClient {
  /** Starts the workflow of a registration, or finds it running. */
  start(registrationId: string): Promise<void>;
  /**
   * Hands an operation to the entity, within one workflow task. Rejects with {@link EntityError}.
   */
  operate(registrationId: string, operation: OperationRequest): Promise<{ operationId: string }>;
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
