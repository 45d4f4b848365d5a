import { discoveryChanges, namedEndpoint } from '../../discovery/diff.ts';
import { documentNames, toldUrl } from '../../discovery/document.ts';
import { explain, type Reason } from '../../reasons/index.ts';
import { ownTokenRule } from '../../reasons/tokens.ts';
import { clientAvailable, type DiscoveryCandidate, type DiscoveryView } from '../../registration/view.ts';
import { chooseRegistrationToken, isAnonymousAllowed } from '../../servers/registrationToken.ts';
import { asCandidate, isSamePair } from '../approval.ts';
import type { Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';
import { closeTask, openTask } from '../task.ts';

/**
 * What was read for a registration that has no client yet. Nothing is bound to the endpoints so far, so they are used as
 * they are; where it goes on from here may change, but for what a person works on: that is not taken away.
 */
export function charted(
  draft: Draft,
  before: EntityState,
  found: DiscoveryView,
  operationId: string | undefined,
): void {
  if (isPersons(before, operationId)) {
    offer(draft, before, found, operationId);
    return;
  }
  const changes = before.discovery === null ? {} : discoveryChanges(before.discovery, found);
  draft.set({ discovery: found });
  draft.condition('Discovered', 'True', 'DocumentRead');
  const first = before.phase === 'discovering';
  if (first || operationId !== undefined || Object.keys(changes).length > 0) read(draft, found, changes, operationId);
  if (first || operationId !== undefined || wayChanged(before, draft.state)) goOn(draft, before);
}

/** A person registers the client; only a person who asks for it gives the work back to Registrar. */
function isPersons({ phase, config }: EntityState, operationId: string | undefined): boolean {
  if (phase === 'submitted') return true;
  return phase === 'manual_required' && (operationId === undefined || isManual(config.method));
}

function isManual(method: EntityState['config']['method']): boolean {
  return method === 'manual' || method === 'adopt';
}

/** A registration endpoint that was not there when the registration became a person's work. */
function offer(draft: Draft, before: EntityState, found: DiscoveryView, operationId: string | undefined): void {
  const offered = before.attentions.some(({ topic }) => topic === 'offer');
  const known = before.discovery === null ? null : namedEndpoint(before.discovery);
  const named = namedEndpoint(found);
  const isOffer = named !== null && (offered || named !== known);
  const shown = isOffer ? asCandidate(found) : found;
  const changes = before.discovery === null ? {} : discoveryChanges(before.discovery, shown);
  draft.set({ discovery: shown });
  const news = tellOfClient(draft, before);
  const { candidate } = shown;
  if (isOffer && candidate !== undefined) {
    const reason = 'RegistrationEndpointAppeared';
    const same = offered && isSameCandidate(before.discovery?.candidate, candidate);
    draft.attention('offer', reason, toldCandidate(reason, candidate));
    if (!same || operationId !== undefined)
      draft.event({
        type: 'registration.attention',
        reason,
        message: toldCandidate(reason, candidate),
        operationId,
        changes: { ...changes, ...candidateChange(before.discovery?.candidate, candidate) },
      });
    return;
  }
  if (offered) draft.clearAttention('offer');
  if (offered || news || operationId !== undefined || Object.keys(changes).length > 0)
    read(draft, shown, changes, operationId);
}

/** A client that could be shared came or went; answers whether a person was told something else. */
function tellOfClient(draft: Draft, before: EntityState): boolean {
  const way = wayOf(before);
  if (before.phase !== 'manual_required' || way.phase !== 'manual_required') return false;
  if (tellsOfClient(before) === tellsOfClient(draft.state)) return false;
  draft.attention('registration', tellsOfClient(draft.state) ? 'SharedClientAvailable' : way.reason);
  return true;
}

function read(
  draft: Draft,
  found: DiscoveryView,
  changes: ReturnType<typeof discoveryChanges>,
  operationId: string | undefined,
): void {
  const changed = Object.keys(changes);
  draft.event({
    type: 'registration.discovered',
    message: `Read from ${found.source}.${changed.length === 0 ? '' : ` Changed: ${changed.join(', ')}.`}`,
    operationId,
    changes: changed.length === 0 ? undefined : changes,
  });
}

type Way =
  | { readonly phase: 'verifying'; readonly holder: string }
  | {
      readonly phase: 'manual_required';
      readonly reason: 'ManualMethod' | 'CredentialAwaited' | 'NoRegistrationEndpoint';
    }
  | { readonly phase: 'awaiting_approval'; readonly candidate: DiscoveryCandidate }
  | { readonly phase: 'awaiting_token' | 'registering' };

/** Where a registration with a snapshot and without a client goes. */
function wayOf(state: EntityState): Way {
  const { config, discovery } = state;
  if (config.holderRegistrationId !== null) return { phase: 'verifying', holder: config.holderRegistrationId };
  if (isManual(config.method))
    return { phase: 'manual_required', reason: config.method === 'adopt' ? 'CredentialAwaited' : 'ManualMethod' };
  if (discovery?.candidate !== undefined) return { phase: 'awaiting_approval', candidate: discovery.candidate };
  if (discovery?.registrationEndpoint == null) return { phase: 'manual_required', reason: 'NoRegistrationEndpoint' };
  return { phase: tokenIsNeeded(state) ? 'awaiting_token' : 'registering' };
}

/** A server that asked for a token is not tried without one because time went by. */
function wayChanged(before: EntityState, after: EntityState): boolean {
  const way = wayOf(after);
  if (before.phase === 'awaiting_token' && way.phase === 'registering') return false;
  if (way.phase !== before.phase) return true;
  return way.phase === 'awaiting_approval' && !isSameCandidate(before.discovery?.candidate, way.candidate);
}

/** Takes the way from the snapshot on; one that waits for a token already goes on waiting with the reason it has. */
export function goOn(draft: Draft, before: Pick<EntityState, 'phase' | 'discovery'>): void {
  const way = wayOf(draft.state);
  draft.clearAttention('offer');
  if (way.phase !== 'manual_required' && draft.state.task?.kind === 'registration') closeTask(draft);
  switch (way.phase) {
    case 'verifying':
      share(draft, way.holder);
      return;
    case 'manual_required':
      draft.set({ phase: way.phase, hold: null });
      openTask(draft, 'registration');
      draft.condition('Registered', 'False', way.reason);
      draft.attention('registration', tellsOfClient(draft.state) ? 'SharedClientAvailable' : way.reason);
      draft.event({ type: 'registration.manual-required', reason: way.reason, message: explain(way.reason) });
      return;
    case 'awaiting_approval':
      awaitApproval(draft, before.discovery?.candidate, way.candidate);
      return;
    case 'awaiting_token':
      if (before.phase !== 'awaiting_token')
        awaitToken(draft, 'InitialAccessTokenNeeded', `${explain('InitialAccessTokenNeeded')} ${ownTokenRule}`);
      return;
    case 'registering':
      // What is held waits for what its reason names.
      if (draft.state.hold !== null) return;
      draft.set({ phase: way.phase });
      draft.clearAttention('registration');
      draft.event({ type: 'registration.registering', message: 'The client is being registered.' });
  }
}

function awaitApproval(draft: Draft, before: DiscoveryCandidate | undefined, candidate: DiscoveryCandidate): void {
  const reason = 'EndpointApprovalNeeded';
  const message = toldCandidate(reason, candidate);
  draft.set({ phase: 'awaiting_approval', hold: null, attempts: 0, failingSince: null, nextAttemptAt: null });
  draft.condition('Registered', 'False', reason, message);
  draft.attention('registration', reason, message);
  const changes = candidateChange(before, candidate);
  draft.event({ type: 'registration.awaiting-approval', reason, message, changes });
}

function toldCandidate(reason: Reason, { registrationEndpoint, evidenceHash, source }: DiscoveryCandidate): string {
  return `${explain(reason)} The ${documentNames[source]} (SHA-256 ${evidenceHash}) names ${toldUrl(registrationEndpoint)}.`;
}

function isSameCandidate(before: DiscoveryCandidate | undefined, candidate: DiscoveryCandidate): boolean {
  return before !== undefined && isSamePair(before, candidate);
}

function candidateChange(before: DiscoveryCandidate | undefined, candidate: DiscoveryCandidate) {
  const pair = ({ registrationEndpoint, evidenceHash }: DiscoveryCandidate) => ({ registrationEndpoint, evidenceHash });
  return { candidate: { from: before === undefined ? null : pair(before), to: pair(candidate) } };
}

/** Another registration's client was found that would do. */
function tellsOfClient({ discovery }: Pick<EntityState, 'discovery'>): boolean {
  return discovery?.findings.some(({ code }) => code === clientAvailable) === true;
}

/** The client exists: it is proved here as well, and nothing is registered. */
export function share(draft: Draft, holder: string, operationId?: string): void {
  draft.set({ phase: 'verifying', hold: null, conflict: null });
  draft.clearAttention('registration', 'offer');
  const message = `The client of ${holder} is used.`;
  draft.condition('Registered', 'True', 'ClientShared', message);
  draft.event({ type: 'registration.sharing', reason: 'ClientShared', message, operationId });
}

/** Whether nothing that a registration could be sent with is there (docs/tokens.md). */
export function tokenIsNeeded({ initialAccessTokenRef, discovery, config }: EntityState): boolean {
  const token = chooseRegistrationToken({
    given: initialAccessTokenRef !== null,
    service: discovery?.serverCredential === 'service',
    administrator: discovery?.serverCredential === 'administrator',
    anonymousAllowed: isAnonymousAllowed(config),
  });
  return token === 'none';
}

/** Goes to `awaiting_token`, saying why. */
export function awaitToken(draft: Draft, reason: Reason, message?: string): void {
  draft.set({
    phase: 'awaiting_token',
    hold: null,
    initialAccessTokenRef: null,
    attempts: 0,
    failingSince: null,
    nextAttemptAt: null,
  });
  draft.condition('Registered', 'False', reason);
  draft.attention('registration', reason, message);
  draft.event({ type: 'registration.awaiting-token', reason, message: message ?? explain(reason) });
}
