import { discoveryChanges, namedEndpoint } from '../../discovery/diff.ts';
import { toldUrl } from '../../discovery/document.ts';
import { explain } from '../../reasons/index.ts';
import type { DiscoveryProposal, DiscoveryView } from '../../registration/view.ts';
import type { AuthMethod } from '../../words.ts';
import { candidateOf, isSamePair } from '../approval.ts';
import type { Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';

/**
 * What was read for a registration whose client lives on the approved origins: another origin is a proposal for an
 * administrator, never a silent change, and work goes on with the old snapshot. What is unchanged makes no noise.
 */
export function rediscovered(
  draft: Draft,
  before: EntityState,
  found: DiscoveryView,
  operationId: string | undefined,
): void {
  const changed = before.discovery === null ? [] : originChanges(before.discovery, found);
  if (before.discovery !== null && changed.length > 0) propose(draft, before.discovery, found, changed, operationId);
  else adopt(draft, before, found, operationId);
}

function propose(
  draft: Draft,
  before: DiscoveryView,
  found: DiscoveryView,
  changed: readonly string[],
  operationId: string | undefined,
): void {
  const proposal = proposalOf(found, changed);
  const known = before.proposal;
  const isNew =
    known === undefined ||
    !isSamePair(known, proposal) ||
    Object.keys(discoveryChanges(known.view, proposal.view)).length > 0;
  draft.set({ discovery: { ...before, proposal } });
  const message = told(proposal);
  draft.attention('endpoint', 'EndpointChanged', message);
  if (isNew || operationId !== undefined)
    draft.event({
      type: 'registration.attention',
      reason: 'EndpointChanged',
      message,
      operationId,
      changes: discoveryChanges(before, found),
    });
}

function proposalOf(found: DiscoveryView, changed: readonly string[]): DiscoveryProposal {
  const named = candidateOf(found);
  return {
    registrationEndpoint: namedEndpoint(found),
    evidenceHash: named?.evidenceHash ?? found.sourceHash ?? '',
    changed,
    view: found,
  };
}

function told({ changed, registrationEndpoint, evidenceHash, view }: DiscoveryProposal): string {
  const endpoints = [
    ['registrationEndpoint', registrationEndpoint],
    ['tokenEndpoint', view.tokenEndpoint],
    ['authorizationEndpoint', view.authorizationEndpoint],
    ['issuer', view.issuer],
  ] as const;
  const news = endpoints
    .filter(([name]) => changed.includes(name))
    .map(([name, url]) => `${name} (now ${url === null ? 'none' : toldUrl(url)})`);
  return `${explain('EndpointChanged')} Changed: ${news.join(', ')}. Evidence: SHA-256 ${evidenceHash}.`;
}

/** The origins are the approved ones: what else changed is taken. */
function adopt(draft: Draft, before: EntityState, found: DiscoveryView, operationId: string | undefined): void {
  const changes = before.discovery === null ? {} : discoveryChanges(before.discovery, found);
  const waited = before.attentions.find(({ topic }) => topic === 'endpoint')?.reason;
  const lost = authMethodIsLost(before, found, waited === 'AuthMethodNotAdvertised');
  draft.set({ discovery: found, endpointsMoved: draft.state.endpointsMoved || movesShown(before, found) });
  if (lost) draft.attention('endpoint', 'AuthMethodNotAdvertised');
  else draft.clearAttention('endpoint');
  const changed = Object.keys(changes);
  const reason = lost ? 'AuthMethodNotAdvertised' : undefined;
  const silent = changed.length === 0 && operationId === undefined && waited === reason;
  if (silent) return;
  const what = changed.length === 0 ? '' : ` Changed: ${changed.join(', ')}.`;
  draft.event({
    type: 'registration.discovered',
    reason,
    message: `Read again from ${found.source}; no origin changed.${what}${lost ? ` ${explain('AuthMethodNotAdvertised')}` : ''}`,
    operationId,
    changes: changed.length === 0 ? undefined : changes,
  });
}

/** Whether the application's document shows what has moved; that of a shared client is its holder's. */
export function movesShown(
  { discovery, config }: Pick<EntityState, 'discovery' | 'config'>,
  now: DiscoveryView,
): boolean {
  if (discovery === null || config.holderRegistrationId !== null) return false;
  return shownEndpoints.some((name) => discovery[name] !== now[name]);
}

const shownEndpoints = ['tokenEndpoint', 'authorizationEndpoint', 'issuer', 'jwksUri'] as const;

/** A server that lists none supports `client_secret_basic` (RFC 8414 section 2). */
const unlisted: readonly string[] = ['client_secret_basic'] satisfies AuthMethod[];

function authMethodIsLost(before: EntityState, found: DiscoveryView, knownLost: boolean): boolean {
  const ours = (before.current ?? before.pending)?.authMethod;
  if (ours === undefined) return false;
  const lists = (view: DiscoveryView | null) => (view?.tokenEndpointAuthMethods ?? unlisted).includes(ours);
  return !lists(found) && (knownLost || lists(before.discovery));
}

/** A registration endpoint counts as changed when another one is used, and when another one is named. */
function originChanges(before: DiscoveryView, after: DiscoveryView): string[] {
  const changes = (['tokenEndpoint', 'authorizationEndpoint'] as const).filter(
    (name) => originOf(before[name]) !== originOf(after[name]),
  );
  const registration =
    originOf(before.registrationEndpoint) !== originOf(after.registrationEndpoint) ||
    originOf(namedEndpoint(before)) !== originOf(namedEndpoint(after));
  // One that was not known before is no move.
  const issuer = before.issuer !== null && before.issuer !== after.issuer ? ['issuer'] : [];
  return [...(registration ? ['registrationEndpoint'] : []), ...changes, ...issuer];
}

/** Scheme and authority by text: `URL` is not to be had in workflow code. Both sides were normalised by discovery. */
function originOf(url: string | null): string | null {
  return url === null ? null : (/^[a-z]+:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase() ?? null);
}
