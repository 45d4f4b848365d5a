import type { Failure } from '../ports.ts';
import { explain, type Reason } from '../reasons.ts';
import { clientAvailable, type DiscoveryView } from '../registrationView.ts';
import type { TimePolicy } from '../timePolicy.ts';
import { delay } from './backOff.ts';
import { type Applied, Draft } from './draft.ts';
import type { EntityState } from './state.ts';
import { openTask } from './task.ts';

/** What follows from the documents that were read. */
export function afterDiscovery(before: EntityState, found: DiscoveryView, now: number): Applied {
  const draft = new Draft({ ...before, activeOperation: null }, now);
  draft.succeeded();
  draft.clearAttention('discovery');
  const operationId = before.activeOperation?.operationId;
  if (before.current !== null || before.pending !== null) return rediscovered(draft, before, found, operationId);

  draft.set({ discovery: found });
  draft.condition('Discovered', 'True', 'DocumentRead');
  draft.event({ type: 'registration.discovered', message: `Read from ${found.source}.`, operationId });
  const manual = manualReason(draft.state);
  if (before.config.holderRegistrationId !== null) {
    share(draft, before.config.holderRegistrationId);
  } else if (manual !== null) {
    draft.set({ phase: 'manual_required' });
    openTask(draft, 'registration');
    draft.condition('Registered', 'False', manual);
    draft.attention('registration', offersClient(found) ? 'SharedClientAvailable' : manual);
    draft.event({ type: 'registration.manual-required', reason: manual, message: explain(manual) });
  } else if (tokenIsNeeded(draft.state)) {
    awaitToken(draft, 'InitialAccessTokenNeeded');
  } else {
    draft.set({ phase: 'registering' });
    draft.clearAttention('registration');
    draft.event({ type: 'registration.registering', message: 'The client is being registered.' });
  }
  return draft.finish();
}

function manualReason(
  state: EntityState,
): Extract<Reason, 'ManualMethod' | 'CredentialAwaited' | 'NoRegistrationEndpoint'> | null {
  if (state.config.method === 'manual') return 'ManualMethod';
  if (state.config.method === 'adopt') return 'CredentialAwaited';
  return state.discovery?.registrationEndpoint == null ? 'NoRegistrationEndpoint' : null;
}

function offersClient({ findings }: DiscoveryView): boolean {
  return findings.some(({ code }) => code === clientAvailable);
}

/** The client exists: it is proved here as well, and nothing is registered. */
export function share(draft: Draft, holder: string, operationId?: string): void {
  draft.set({ phase: 'verifying' });
  draft.clearAttention('registration');
  const message = `The client of ${holder} is used.`;
  draft.condition('Registered', 'True', 'ClientShared', message);
  draft.event({ type: 'registration.sharing', reason: 'ClientShared', message, operationId });
}

/** Anonymous registration is tried outside production, and there only where the policy says so. */
function tokenIsNeeded(state: EntityState): boolean {
  const { environmentClass, policies } = state.config;
  return state.initialAccessTokenRef === null && environmentClass === 'production' && !policies.allowAnonymous;
}

/** Goes to `awaiting_token`, saying why. */
export function awaitToken(draft: Draft, reason: Reason, message?: string): void {
  draft.set({
    phase: 'awaiting_token',
    initialAccessTokenRef: null,
    attempts: 0,
    failingSince: null,
    nextAttemptAt: null,
  });
  draft.condition('Registered', 'False', reason);
  draft.attention('registration', reason, message);
  draft.event({ type: 'registration.awaiting-token', reason, message: message ?? explain(reason) });
}

/** A client lives on the approved origins: another origin is a finding for an administrator, never a silent change. */
function rediscovered(
  draft: Draft,
  before: EntityState,
  found: DiscoveryView,
  operationId: string | undefined,
): Applied {
  const changed = originChanges(before.discovery, found);
  if (changed.length > 0) {
    const message = `${explain('EndpointChanged')} Changed: ${changed.join(', ')}.`;
    draft.attention('endpoint', 'EndpointChanged', message);
    draft.event({ type: 'registration.attention', reason: 'EndpointChanged', message, operationId });
    return draft.finish();
  }
  draft.set({ discovery: found });
  draft.clearAttention('endpoint');
  draft.event({
    type: 'registration.discovered',
    message: `Read again from ${found.source}; no origin changed.`,
    operationId,
  });
  return draft.finish();
}

const endpointNames = ['registrationEndpoint', 'tokenEndpoint', 'authorizationEndpoint'] as const;

function originChanges(before: DiscoveryView | null, after: DiscoveryView): string[] {
  if (before === null) return [];
  return endpointNames.filter((name) => originOf(before[name]) !== originOf(after[name]));
}

/** Scheme and authority by text: `URL` is not to be had in workflow code. Both sides were normalised by discovery. */
function originOf(url: string | null): string | null {
  return url === null ? null : (/^[a-z]+:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase() ?? null);
}

/** Discovery did not succeed: tried again, and a person told where it is not the network. */
export function afterDiscoveryFailure(before: EntityState, failure: Failure, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(before, now);
  if (before.current !== null || before.pending !== null) {
    draft.set({ activeOperation: null });
    draft.event({
      type: 'operation.refused',
      reason: failure.reason,
      message: failure.message,
      operationId: before.activeOperation?.operationId,
    });
    return draft.finish();
  }
  draft.set({ activeOperation: null, phase: 'discovering' });
  draft.condition('Discovered', 'False', failure.reason, failure.message);
  if (failure.retryClass === 'input') draft.attention('discovery', failure.reason, failure.message);
  delay(draft, failure, now, policy);
  return draft.finish();
}
