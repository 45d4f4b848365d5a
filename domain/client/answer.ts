import type { Condition } from '../registration/conditions.ts';
import type { ScopesView } from '../registration/view.ts';
import type { ScopeOffer } from '../scopes/dialect.ts';
import type { NegotiatedScopes } from '../scopes/negotiation.ts';
import { reportScopes } from '../scopes/report.ts';
import { parseScope, splitScopes } from '../scopes/scope.ts';

/** A condition before its time is known; {@link setCondition} adds it. */
export type JudgedCondition = Omit<Condition, 'lastTransitionTime'>;

/**
 * Judges what a server registered against what was asked (RFC 7591 section 3.2.1: the server may replace any member,
 * so the answer counts). `registered` members are null when the answer does not show them.
 */
export function judgeRegistrationAnswer(argument: {
  readonly asked: Readonly<Record<string, unknown>>;
  readonly registered: { readonly redirectUris: readonly string[] | null; readonly scopes: readonly string[] | null };
  /** How the scopes of the application became those of `asked`; left out where they are the same. */
  readonly negotiated?: NegotiatedScopes;
  readonly offer: ScopeOffer;
}): { readonly conditions: readonly [JudgedCondition, JudgedCondition]; readonly scopes: ScopesView } {
  const { asked, registered, negotiated, offer } = argument;
  const scopes = reportScopes({
    requested: negotiated?.requested ?? (typeof asked['scope'] === 'string' ? splitScopes(asked['scope']) : []),
    negotiated,
    advertised: offer.scopesSupported,
    capabilities: offer.capabilities,
    registered: registered.scopes,
  });
  const askedUris = Array.isArray(asked['redirect_uris']) ? asked['redirect_uris'].filter(isString) : [];
  return { conditions: [judgeRedirectUris(askedUris, registered.redirectUris), judgeScopes(scopes)], scopes };
}

/** Byte-exact, as authorization servers compare redirect URIs so (RFC 6749 section 3.1.2.3); the order means nothing. */
export function judgeRedirectUris(asked: readonly string[], registered: readonly string[] | null): JudgedCondition {
  const type = 'RedirectUrisRegistered';
  if (registered === null) {
    const shown = asked.length === 0 ? 'None was asked for and none is shown.' : 'The answer shows no redirect URIs.';
    return { type, status: 'Unknown', reason: 'RedirectUrisNotShown', message: shown };
  }
  const missing = asked.filter((uri) => !registered.includes(uri));
  const added = registered.filter((uri) => !asked.includes(uri));
  if (missing.length === 0 && added.length === 0) {
    return { type, status: 'True', reason: 'RedirectUrisAsAsked', message: `${asked.length} as asked.` };
  }
  const message = sentences(listed('Not registered', missing), listed('Registered without being asked', added));
  return { type, status: 'False', reason: 'RedirectUrisDiffer', message };
}

/**
 * By meaning. OpenID Connect's standard scopes that an answer leaves out are not shown rather than refused: servers
 * list only what they treat as optional (Keycloak does), and `openid` is no registrable scope at many.
 */
export function judgeScopes(scopes: ScopesView): JudgedCondition {
  const type = 'ScopesRegistered';
  if (scopes.registered === null) {
    return { type, status: 'Unknown', reason: 'ScopesNotShown', message: 'The answer shows no scopes.' };
  }
  const missing = scopesOf(scopes, 'not-registered');
  const refused = missing.filter((scope) => !oidcStandardScopes.has(scope));
  const added = scopesOf(scopes, 'added');
  const widened = added.filter(grantsAccess);
  if (refused.length > 0 || widened.length > 0) {
    const message = sentences(listed('Not registered', refused), listed('Registered without being asked', widened));
    return { type, status: 'False', reason: 'ScopesDiffer', message };
  }
  const hidden = missing.filter((scope) => scope !== 'openid');
  if (hidden.length > 0) {
    return { type, status: 'Unknown', reason: 'ScopesNotShown', message: listed('Not shown', hidden) };
  }
  const message = sentences(
    `${(scopes.sent ?? scopes.requested).length} as asked.`,
    listed('Added by the server', added),
  );
  return { type, status: 'True', reason: 'ScopesAsAsked', message };
}

/** OpenID Connect Core section 5.4, and `openid` itself. */
const oidcStandardScopes: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'address', 'phone']);

/** Whether an added scope gives access to health data or a launch context. */
function grantsAccess(scope: string): boolean {
  if (parseScope(scope).kind === 'resource') return true;
  return /^(?:launch(?:\/.*)?|fhirUser|offline_access|online_access|(?:patient|user|system)\/.*)$/.test(scope);
}

function scopesOf(scopes: ScopesView, kind: ScopesView['differences'][number]['kind']): string[] {
  return scopes.differences.filter((entry) => entry.kind === kind).map((entry) => entry.scope);
}

const mostNamed = 5;

function listed(text: string, values: readonly string[]): string {
  if (values.length === 0) return '';
  const rest = values.length - mostNamed;
  return `${text}: ${values.slice(0, mostNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
