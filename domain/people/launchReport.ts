import { hasOnly, isText } from '../text/form.ts';

export const launchOutcomes = ['success', 'failure'] as const;
/** How a launch ended, as the application saw it. */
export type LaunchOutcome = (typeof launchOutcomes)[number];

export const launchModes = ['ehr', 'standalone'] as const;
/** SMART App Launch section 3: from within the EHR, or by the application itself. */
export type LaunchMode = (typeof launchModes)[number];

/** What the application tells of a launch: the only thing that shows that one works. No secrets. */
export interface LaunchReport {
  readonly outcome: LaunchOutcome;
  readonly mode: LaunchMode;
  /** The OAuth error code and description, or what else went wrong; null after a success. At most 300 characters. */
  readonly error: string | null;
  /** `scope` of the token answer (RFC 6749 section 5.1), one by one; null = not told. */
  readonly grantedScopes: readonly string[] | null;
}

/** Most scopes that one report tells. */
export const mostGrantedScopes = 500;

export function isLaunchReport(value: unknown): value is LaunchReport {
  if (!hasOnly(value, ['outcome', 'mode', 'error', 'grantedScopes'])) return false;
  const { outcome, mode, error, grantedScopes } = value;
  return (
    launchOutcomes.some((known) => known === outcome) &&
    launchModes.some((known) => known === mode) &&
    (error === null || isText(error, 0, 300)) &&
    (grantedScopes === null ||
      (Array.isArray(grantedScopes) &&
        grantedScopes.length <= mostGrantedScopes &&
        grantedScopes.every((scope) => isText(scope, 1, 300))))
  );
}
