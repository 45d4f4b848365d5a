import type { LintFinding, Metadata } from './finding.ts';
import { lintForms } from './forms.ts';
import { lintGrants } from './grants.ts';
import { lintKeys } from './keys.ts';
import { lintPresentation } from './presentation.ts';
import { lintRedirectUris } from './redirectUris.ts';
import { lintScopes } from './scopes.ts';

const lints = [lintForms, lintRedirectUris, lintGrants, lintScopes, lintKeys, lintPresentation];

/**
 * What an authorization server would refuse, or a launch would stumble over, in client metadata as they would be sent
 * (RFC 7591 section 2): told before an initial access token is spent on it. `error` = do not send this. Never throws;
 * no value that could be a secret is repeated. Nothing is told twice.
 */
export function lintClientMetadata(metadata: Metadata): LintFinding[] {
  const found = lints.flatMap((lint) => lint(metadata));
  const told = new Set<string>();
  return found.filter(({ code, pointer, message }) => {
    const size = told.size;
    return told.add(`${code}\n${pointer}\n${message}`).size > size;
  });
}
