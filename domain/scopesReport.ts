import type { ScopesView } from './registrationView.ts';
import { coveredBy, parseScope } from './scopes.ts';

type Difference = ScopesView['differences'][number];

/** What was asked, what the server advertises, registered and granted, and where they differ by meaning. */
export function reportScopes(scopes: {
  readonly requested: readonly string[];
  readonly advertised: readonly string[] | null;
  readonly registered: readonly string[] | null;
  readonly granted?: readonly string[] | null;
}): ScopesView {
  const { requested, advertised, registered } = scopes;
  const notRegistered = registered === null ? [] : requested.filter((scope) => !coveredBy(scope, registered));
  const added = registered === null ? [] : registered.filter((scope) => !coveredBy(scope, requested));
  const notAdvertised = advertised === null ? [] : requested.filter((scope) => !coveredBy(scope, advertised));
  const differences: Difference[] = [
    ...notRegistered.map((scope) => difference('not-registered', scope, whyNotRegistered(scope, advertised))),
    ...added.map((scope) =>
      difference('added', scope, `The server registered "${scope}", which was not asked for or is wider than asked.`),
    ),
    ...notAdvertised
      .filter((scope) => !notRegistered.includes(scope))
      .map((scope) =>
        // scopes_supported is not exhaustive (RFC 8414 section 2), so this is no failure.
        difference('not-advertised', scope, `The server does not advertise "${scope}"; it is sent as asked.`),
      ),
  ];
  return { requested, advertised, registered, granted: scopes.granted ?? null, differences };
}

function difference(kind: Difference['kind'], scope: string, message: string): Difference {
  return { scope, kind, message };
}

function whyNotRegistered(scope: string, advertised: readonly string[] | null): string {
  const left = `"${scope}" was asked for, and the answer leaves it out`;
  if (advertised === null) return `${left}.`;
  if (!coveredBy(scope, advertised)) return `${left}; the server does not advertise it either.`;
  const parsed = parseScope(scope);
  return parsed.kind === 'plain' && parsed.text === 'openid'
    ? `${left}; "openid" needs no registration at many servers.`
    : `${left}, although the server advertises it.`;
}
