import type { EndpointApproval, RegistrationView } from '../../../domain/registration/view.ts';
import type { CredentialHealth, Phase, Role, Strategy } from '../../../domain/words.ts';
import { roleObstacle } from './roles.ts';

/** Whether a person may start an operation now; where not, a sentence says why. */
export type Availability = { readonly possible: true } | { readonly possible: false; readonly why: string };

type Subject = Pick<RegistrationView, 'phase' | 'credentialHealth' | 'credential' | 'discovery'> &
  Partial<Pick<RegistrationView, 'holderRegistrationId' | 'task'>>;

const possible: Availability = { possible: true };
const not = (why: string): Availability => ({ possible: false, why });
const forRole = (role: Role | null, needed: 'operator' | 'administrator'): Availability => {
  const obstacle = roleObstacle(role, needed);
  return obstacle === null ? possible : not(obstacle);
};

const strategyObstacles: Readonly<Record<Strategy, string | null>> = {
  update: null,
  admin: null,
  key: null,
  replace: 'A new client would have to take the place of this one; this version leaves that to a person.',
  manual: 'The health system offers no way to replace the secret by a request; replace it by hand.',
  none: 'This client has no secret that expires; there is nothing to rotate.',
};

/** Whether `rotate` can be asked for. The API has the last word. */
export function rotateAvailability(view: Subject, role: Role | null): Availability {
  const obstacle = roleObstacle(role, 'operator');
  if (obstacle !== null) return not(obstacle);
  if (view.holderRegistrationId !== undefined)
    return not(`The client belongs to ${view.holderRegistrationId}; rotate that one.`);
  if (view.credential === null) return not('There is no credential yet.');
  if (view.phase !== 'active')
    return not(`Only an active registration can be rotated; this one is ${view.phase.replaceAll('_', ' ')}.`);
  if (view.credentialHealth === 'rotating') return not('A rotation is under way.');
  const strategy = strategyObstacles[view.credential.strategy];
  if (strategy !== null) return not(strategy);
  return view.credential.manageable === false
    ? not('Registrar holds no registration access token for this client; replace the secret by hand.')
    : possible;
}

/** Whether `verify` can be asked for. */
export function verifyAvailability(view: Subject, role: Role | null): Availability {
  const obstacle = roleObstacle(role, 'operator');
  if (obstacle !== null) return not(obstacle);
  if (hasEnded(view.phase)) return not(`The registration is ${view.phase}.`);
  if (view.phase === 'suspended') return not('The registration is suspended; resume it first.');
  const shares = view.holderRegistrationId !== undefined && view.discovery !== null;
  return view.credential === null && !shares ? not('There is no credential to prove yet.') : possible;
}

/** Whether the documents can be read again; null where what is held offers it already. */
export function discoverAvailability(
  view: Pick<RegistrationView, 'phase' | 'hold'>,
  role: Role | null,
): Availability | null {
  if (hasEnded(view.phase) || view.hold?.releasedBy.includes('discover') === true) return null;
  if (view.phase === 'suspended') return not('The registration is suspended; resume it first.');
  return forRole(role, 'operator');
}

/** Whether this caller may supply an initial access token; null where none is asked for. */
export function supplyTokenAvailability(view: Subject, role: Role | null): Availability | null {
  return view.phase === 'awaiting_token' ? forRole(role, 'operator') : null;
}

const phasesOfSupply: readonly Phase[] = ['manual_required', 'submitted', 'verifying', 'awaiting_enablement'];
const brokenHealths: readonly CredentialHealth[] = ['expired', 'rejected'];

/** Whether this caller may supply a credential that a person brought; null where none is asked for. */
export function supplyCredentialAvailability(view: Subject, role: Role | null): Availability | null {
  if (!phasesOfSupply.includes(view.phase) && !needsNewSecretByHand(view)) return null;
  const { holderRegistrationId: holder } = view;
  if (holder !== undefined) return not(`The client belongs to ${holder}; supply its credential there.`);
  if (view.discovery?.tokenEndpoint == null)
    return not('The token endpoint of the health system is not known yet; a credential can be supplied once it is.');
  return forRole(role, 'operator');
}

function needsNewSecretByHand({ phase, credential, credentialHealth, task }: Subject): boolean {
  if (phase !== 'active' || credential === null) return false;
  const byHand = credential.strategy === 'manual' || credential.strategy === 'replace';
  return byHand || task?.kind === 'rotation' || brokenHealths.includes(credentialHealth);
}

/** Whether this caller may note progress; null where no task is open. */
export function updateTaskAvailability(view: Subject, role: Role | null): Availability | null {
  return view.task === undefined ? null : forRole(role, 'operator');
}

/** What an administrator's word is asked for, as `approve-endpoint` takes it. */
export interface Approval extends EndpointApproval {
  /**
   * `first`: nothing goes on without it; `offer`: a person registers, and Registrar could; `change`: the client works
   * on with the endpoint before it; `moved`: so it does, and nobody can approve what changed.
   */
  readonly kind: 'first' | 'offer' | 'change' | 'moved';
  readonly availability: Availability;
}

/** The endpoint that waits for an administrator, with whether this caller may approve it; null where none does. */
export function approvalOf(view: Subject, role: Role | null): Approval | null {
  const { discovery, phase } = view;
  if (discovery === null || hasEnded(phase)) return null;
  const { proposal, candidate } = discovery;
  if (proposal !== undefined) {
    const { registrationEndpoint, evidenceHash, changed } = proposal;
    const moved = changed.filter((name) => name !== 'registrationEndpoint');
    if (moved.length > 0)
      return { kind: 'moved', registrationEndpoint, evidenceHash, availability: not(cannotMove(moved)) };
    return { kind: 'change', registrationEndpoint, evidenceHash, availability: forRole(role, 'administrator') };
  }
  if (candidate === undefined) return null;
  const kind = approvalKinds[phase];
  if (kind === undefined) return null;
  const { registrationEndpoint, evidenceHash } = candidate;
  return { kind, registrationEndpoint, evidenceHash, availability: forRole(role, 'administrator') };
}

const approvalKinds: Readonly<Partial<Record<Phase, Approval['kind']>>> = {
  awaiting_approval: 'first',
  manual_required: 'offer',
  submitted: 'offer',
};

const endpointNames: Readonly<Record<string, string>> = {
  tokenEndpoint: 'token endpoint',
  authorizationEndpoint: 'authorization endpoint',
};

function cannotMove(changed: readonly string[]): string {
  const what = changed.map((name) => endpointNames[name] ?? name).join(' and ');
  return `Another origin of the ${what} cannot be approved: the credential is bound to the old one. Once the health system confirms the move, add the registration anew and retire this one.`;
}

/** Whether this caller may take up another registration's client; null where none is offered. */
export function shareAvailability(
  view: { readonly shareableWith?: readonly string[] | undefined },
  role: Role | null,
): Availability | null {
  return (view.shareableWith ?? []).length === 0 ? null : forRole(role, 'administrator');
}

/** Whether this caller may tell how a launch ended; null where there is no client to launch with. */
export function reportLaunchAvailability(view: Subject, role: Role | null): Availability | null {
  return view.credential === null || hasEnded(view.phase) ? null : forRole(role, 'operator');
}

function hasEnded(phase: Phase): boolean {
  return phase === 'retiring' || phase === 'retired';
}
