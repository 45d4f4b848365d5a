import { expiry, proofs } from './credential.ts';
import { discovery, rediscovery, registrationEndpoints } from './discovery.ts';
import { metadataChanges, registeredMetadata } from './metadata.ts';
import { general, operations } from './operations.ts';
import { launches, tasks } from './people.ts';
import { lostAnswers, policyRefusals, registration, retirement } from './registration.ts';
import { rotation } from './rotation.ts';
import { peers, serverAccounts } from './servers.ts';
import { sharing } from './sharing.ts';
import { stores } from './stores.ts';
import { supplied } from './supplied.ts';
import type { ReasonText } from './text.ts';
import { initialAccessTokens } from './tokens.ts';

/**
 * Every reason that a condition, an event or a problem can carry, each with a sentence for people and, where a
 * person is needed, what to do. CamelCase constants as in Kubernetes (DESIGN section 4). A table per subject; the
 * order here is that of `docs/operate.md`.
 */
export const reasons = {
  ...general,
  ...launches,
  ...tasks,
  ...discovery,
  ...supplied,
  ...registrationEndpoints,
  ...registration,
  ...policyRefusals,
  ...serverAccounts,
  ...lostAnswers,
  ...initialAccessTokens,
  ...registeredMetadata,
  ...proofs,
  ...rotation,
  ...metadataChanges,
  ...expiry,
  ...peers,
  ...rediscovery,
  ...stores,
  ...retirement,
  ...sharing,
  ...operations,
} as const satisfies Record<string, ReasonText>;

export type Reason = keyof typeof reasons;

/** Refusals by a client registration policy of the server: only its administrator, or other metadata, helps. */
export const policyReasons: ReadonlySet<Reason> = new Set(
  Object.keys(policyRefusals) as (keyof typeof policyRefusals)[],
);

/** The sentence of a reason, followed by its action where there is one. */
export function explain(reason: Reason): string {
  const { sentence, action } = reasons[reason];
  return action === null ? sentence : `${sentence} ${action}`;
}
