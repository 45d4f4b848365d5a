import type { CredentialState } from '../../ports/activities.ts';

/** Those that may still be what the server means: what it issued before the current one is not. */
export function newerThan(
  setAside: readonly CredentialState[],
  current: CredentialState | null,
): readonly CredentialState[] {
  return setAside.filter(({ issuedAt }) => current === null || issuedAt > current.issuedAt);
}
