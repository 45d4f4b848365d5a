import type { ScopesView } from '../registration/view.ts';
import { isAdvertised } from './advertised.ts';
import type { NegotiatedScopes, ScopeDifference } from './negotiation.ts';
import { parseScope } from './scope.ts';
import { scopeSet } from './set.ts';

/** Differences of one kind that are told. */
const mostOfOneKind = 100;

/**
 * What was asked, sent, advertised, registered and granted, and where they differ by meaning, each difference with its
 * reason.
 *
 * @param scopes.requested of the application.
 * @param scopes.negotiated how they were said to the server; left out where Registrar said nothing.
 * @param scopes.capabilities of the server, which advertise some scopes.
 * @param scopes.registered null: not shown, or not registered yet.
 */
export function reportScopes(scopes: {
  readonly requested: readonly string[];
  readonly negotiated?: NegotiatedScopes | undefined;
  readonly advertised: readonly string[] | null;
  readonly capabilities?: readonly string[] | null;
  readonly registered: readonly string[] | null;
  readonly granted?: readonly string[] | null;
}): ScopesView {
  const { requested, negotiated, advertised, registered } = scopes;
  const asked = negotiated?.sent ?? requested;
  const isOffered = isAdvertised({ scopesSupported: advertised, capabilities: scopes.capabilities ?? null });
  const notRegistered = registered === null ? [] : missingIn(registered, asked);
  const added = registered === null ? [] : missingIn(requested, registered);
  const differences: ScopeDifference[] = [
    ...(negotiated?.differences ?? []),
    ...notRegistered.map((scope) =>
      difference('not-registered', scope, whyNotRegistered(scope, advertised, isOffered, registered ?? [])),
    ),
    ...added.map((scope) =>
      difference('added', scope, `The server registered "${scope}", which was not asked for or is wider than asked.`),
    ),
    ...asked
      .filter((scope) => !isOffered(scope) && !notRegistered.includes(scope))
      // scopes_supported is not exhaustive (RFC 8414 section 2), so this is no failure.
      .map((scope) =>
        difference('not-advertised', scope, `The server does not advertise "${scope}"; it is sent as asked.`),
      ),
  ];
  const view: ScopesView = {
    requested,
    ...(negotiated === undefined ? {} : { sent: negotiated.sent }),
    advertised,
    registered,
    granted: null,
    differences: fewOfEachKind(differences),
  };
  return scopes.granted == null ? view : withGrantedScopes(view, scopes.granted);
}

/** The report after a launch told which scopes it was granted; an earlier launch's is replaced. */
export function withGrantedScopes(view: ScopesView, granted: readonly string[]): ScopesView {
  const asked = view.sent ?? view.requested;
  const registered = view.registered === null ? null : scopeSet(view.registered);
  const differences: ScopeDifference[] = [
    ...view.differences.filter(({ kind }) => kind !== 'not-granted' && kind !== 'granted-unasked'),
    ...missingIn(granted, asked).map((scope) => {
      const why =
        registered === null || registered.covers(scope)
          ? 'the user, or a policy of the health system, may have declined it'
          : 'it is not registered for this client';
      return difference('not-granted', scope, `The launch was not granted "${scope}"; ${why}.`);
    }),
    ...missingIn(asked, granted).map((scope) =>
      difference(
        'granted-unasked',
        scope,
        `The launch was granted "${scope}", which the application does not ask for.`,
      ),
    ),
  ];
  return { ...view, granted, differences: fewOfEachKind(differences) };
}

/** Those of `scopes` that `held` does not cover. */
function missingIn(held: readonly string[], scopes: readonly string[]): string[] {
  const set = scopeSet(held);
  return scopes.filter((scope) => !set.covers(scope));
}

function difference(kind: ScopeDifference['kind'], scope: string, message: string): ScopeDifference {
  return { scope, kind, message };
}

function fewOfEachKind(differences: readonly ScopeDifference[]): ScopeDifference[] {
  const told = new Map<ScopeDifference['kind'], number>();
  return differences.filter(({ kind }) => {
    const before = told.get(kind) ?? 0;
    told.set(kind, before + 1);
    return before < mostOfOneKind;
  });
}

function whyNotRegistered(
  scope: string,
  advertised: readonly string[] | null,
  isOffered: (scope: string) => boolean,
  registered: readonly string[],
): string {
  const left = `"${scope}" was asked for, and the answer leaves it out`;
  const part = registeredPart(scope, registered);
  if (part.length > 0) return `"${scope}" was asked for, and the answer holds a part of it only: ${part.join(' ')}.`;
  if (advertised === null) return `${left}.`;
  if (!isOffered(scope)) return `${left}; the server does not advertise it either.`;
  return scope === 'openid'
    ? `${left}; "openid" needs no registration at many servers.`
    : `${left}, although the server advertises it.`;
}

/** A few of the registered scopes that allow some of what a scope allows. */
function registeredPart(scope: string, registered: readonly string[]): string[] {
  const asked = parseScope(scope);
  if (asked.kind === 'plain') return [];
  const whole = scopeSet([scope]);
  return registered.filter((held) => parseScope(held).kind === 'resource' && whole.covers(held)).slice(0, 5);
}
