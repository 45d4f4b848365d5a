import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { honest } from '../../support/peers/behaviour.ts';
import { ask, holderOf, type Situation, type Stage, type Subject } from './situation.ts';

const day = 86_400;

const attention = ({ conditions }: RegistrationView) => findCondition(conditions, 'NeedsAttention');
const isActive = ({ phase }: RegistrationView) => phase === 'active';
const isHealthy = ({ phase, credentialHealth }: RegistrationView) =>
  phase === 'active' && credentialHealth === 'healthy';
const inPhase = (phase: string) => (view: RegistrationView) => view.phase === phase;
const attends = (phase: string, reason: string) => (view: RegistrationView) =>
  view.phase === phase && attention(view)?.status === 'True' && attention(view)?.reason === reason;
const rotatesWith = (reason: string) => (view: RegistrationView) =>
  view.credentialHealth === 'rotating' && attention(view)?.reason === reason;

const isPutOff = ({ phase, nextAttemptAt }: RegistrationView) =>
  phase === 'registering' && Date.parse(nextAttemptAt ?? '') > Date.now() + (day * 1000) / 2;

/** Hands over a client that somebody made; its secret is taken at once, or only once {@link keepPromises} was called. */
async function supply(subject: Subject, stage: Stage, taken: boolean): Promise<void> {
  const { clientId, clientSecret, registrationAccessToken, registrationClientUri } = stage.peer.madeByHand(
    subject.tenantId,
  );
  if (taken) {
    const management = { registrationAccessToken, registrationClientUri };
    return await ask(subject, stage, 'credential', { clientId, clientSecret, ...management });
  }
  const later = `later-${clientSecret}`;
  subject.promised.push({ clientId, clientSecret: later });
  await ask(subject, stage, 'credential', { clientId, clientSecret: later });
}

/** The next secret of the client that is adopted already; the peer does not take it yet. */
async function supplyNext(subject: Subject, stage: Stage): Promise<void> {
  const view = await stage.api.registration(subject.registrationId);
  const clientId = view.credential?.clientId ?? '';
  const clientSecret = `next-${subject.tenantId}-0123456789abcdef`;
  subject.promised.push({ clientId, clientSecret });
  await ask(subject, stage, 'credential', { clientId, clientSecret });
}

async function keepPromises(subject: Subject, { peer }: Stage): Promise<void> {
  for (const { clientId, clientSecret } of subject.promised) peer.takes(clientId, clientSecret);
}

const supplyTaken = (subject: Subject, stage: Stage) => supply(subject, stage, true);
const supplyEarly = (subject: Subject, stage: Stage) => supply(subject, stage, false);
const verify = (subject: Subject, stage: Stage) => ask(subject, stage, 'verify', {});
const discover = (subject: Subject, stage: Stage) => ask(subject, stage, 'discover', {});
const rotate = (subject: Subject, stage: Stage) => ask(subject, stage, 'rotate', {});
const remove = (subject: Subject, stage: Stage) => ask(subject, stage, '', undefined, { method: 'DELETE' });
const giveToken = (subject: Subject, stage: Stage) =>
  ask(subject, stage, 'initial-access-token', { token: stage.peer.initialAccessToken() }, { method: 'PUT' });
const becomesHonest = async ({ tenantId }: Subject, { peer }: Stage) => peer.program(tenantId, honest);

async function approve(subject: Subject, stage: Stage): Promise<void> {
  const { discovery } = await stage.api.registration(subject.registrationId);
  const { registrationEndpoint, evidenceHash } = discovery?.candidate ?? {};
  await ask(subject, stage, 'approve-endpoint', { registrationEndpoint, evidenceHash });
}

/** The newest secret of the peer is in use: nothing that it answered was lost. */
function usesNewest(view: RegistrationView, { tenantId }: Subject, { peer }: Stage): boolean {
  const clients = peer.ledger().clients.filter(({ system }) => system === tenantId);
  const newest = clients.find(({ clientId }) => clientId === view.credential?.clientId)?.secrets.at(-1);
  // Whole seconds go over the wire.
  return (
    isHealthy(view) && newest?.endsAt != null && Date.parse(view.credential?.expiresAt ?? '') > newest.endsAt - 1000
  );
}

const adopts = { method: 'adopt' };
const unregistered = { ...honest, registers: false };

/** Every phase and hold that the API can bring about against the simulated peer. */
export const situations: readonly Situation[] = [
  {
    name: 'active',
    behaviour: honest,
    reached: isActive,
    // The second one waits for the first.
    async lastSecond(subject, stage) {
      await discover(subject, stage);
      await verify(subject, stage);
    },
  },
  { name: 'rotated', behaviour: honest, bring: rotate, reached: usesNewest, lastSecond: discover },
  {
    name: 'away',
    behaviour: { ...honest, documents: { status: 503 } },
    begins: inPhase('discovering'),
    reached: inPhase('discovering'),
    lastSecond: discover,
    later: becomesHonest,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'approval',
    behaviour: honest,
    site: 'other',
    begins: inPhase('awaiting_approval'),
    reached: inPhase('awaiting_approval'),
    others: discover,
    later: approve,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'token',
    behaviour: { ...honest, wantsToken: true },
    registration: { environment: 'production' },
    begins: inPhase('awaiting_token'),
    reached: inPhase('awaiting_token'),
    others: discover,
    later: giveToken,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'open-register',
    behaviour: { ...honest, wantsToken: true, delay: 1500 },
    registration: { environment: 'production' },
    begins: inPhase('awaiting_token'),
    reached: inPhase('awaiting_token'),
    lastSecond: giveToken,
    moves: true,
    // The answer is lost: the client is listed, and the token, tried once more, turns out to be spent; where that is
    // not answered either, a person decides. Where the death came before the request, there is one and no loss.
    writes: 2,
    ends: (view) =>
      isActive(view) ||
      attends('awaiting_token', 'InitialAccessTokenSpent')(view) ||
      attends('registering', 'RegistrationUnanswered')(view),
  },
  {
    name: 'unanswered',
    behaviour: { ...honest, register: 'goes-silent' },
    begins: attends('registering', 'RegistrationUnanswered'),
    reached: attends('registering', 'RegistrationUnanswered'),
  },
  {
    name: 'refused',
    behaviour: { ...honest, register: { status: 400, error: 'invalid_client_metadata' } },
    begins: attends('registering', 'RegistrationRejected'),
    reached: attends('registering', 'RegistrationRejected'),
    async later(subject, stage) {
      await becomesHonest(subject, stage);
      await discover(subject, stage);
    },
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'put-off',
    behaviour: { ...honest, register: { status: 429, retryAfter: day } },
    begins: isPutOff,
    reached: isPutOff,
  },
  {
    name: 'by-hand',
    behaviour: unregistered,
    begins: inPhase('manual_required'),
    reached: inPhase('manual_required'),
    others: discover,
    later: supplyTaken,
    ends: isActive,
  },
  {
    name: 'submitted',
    behaviour: unregistered,
    begins: inPhase('manual_required'),
    bring: (subject, stage) => ask(subject, stage, 'task', { state: 'submitted', owner: 'Ada' }, { method: 'PATCH' }),
    reached: inPhase('submitted'),
    others: discover,
    later: supplyTaken,
    ends: isActive,
  },
  {
    name: 'adopted',
    behaviour: honest,
    registration: adopts,
    begins: inPhase('manual_required'),
    bring: supplyTaken,
    reached: isActive,
    lastSecond: verify,
  },
  {
    name: 'supplied',
    behaviour: honest,
    registration: adopts,
    begins: inPhase('manual_required'),
    bring: supplyEarly,
    reached: attends('awaiting_enablement', 'SuppliedCredentialRejected'),
    later: keepPromises,
    ends: isActive,
  },
  {
    name: 'distributing',
    behaviour: unregistered,
    begins: inPhase('manual_required'),
    bring: supplyEarly,
    reached: inPhase('verifying'),
    later: keepPromises,
    ends: isActive,
  },
  {
    name: 'supplied-next',
    behaviour: { ...honest, lifetime: 0 },
    registration: adopts,
    begins: inPhase('manual_required'),
    async bring(subject, stage) {
      await supplyTaken(subject, stage);
      await stage.api.until(subject.registrationId, 'is active', isActive);
      await supplyNext(subject, stage);
    },
    reached: ({ credentialHealth }) => credentialHealth === 'rotating',
    later: keepPromises,
    ends: isHealthy,
    goesOn: true,
  },
  {
    name: 'disabled',
    behaviour: { ...honest, disabled: true },
    begins: attends('awaiting_enablement', 'ClientNotEnabled'),
    reached: attends('awaiting_enablement', 'ClientNotEnabled'),
    later: async ({ tenantId }, { peer }) => peer.enable(tenantId),
    ends: isActive,
  },
  {
    name: 'pending',
    behaviour: { ...honest, token: 'newest-fails' },
    bring: rotate,
    reached: rotatesWith('CredentialRejected'),
    later: becomesHonest,
    ends: usesNewest,
  },
  {
    name: 'sharer',
    behaviour: honest,
    shares: true,
    reached: isActive,
    lastSecond: (subject, stage) =>
      ask(subject, stage, 'rotate', {}, { registrationId: holderOf(subject).registrationId }),
    moves: true,
    writes: 2,
    async ends(view, subject, stage) {
      const holder = await stage.api.registration(holderOf(subject).registrationId);
      return usesNewest(holder, subject, stage) && view.credential?.ref.versionId === holder.credential?.ref.versionId;
    },
  },
  {
    name: 'open-update',
    behaviour: { ...honest, update: 'goes-silent' },
    reached: isActive,
    lastSecond: rotate,
    moves: true,
    goesOn: true,
    writes: 2,
  },
  {
    name: 'retiring',
    behaviour: { ...honest, remove: { status: 503, retryAfter: day } },
    bring: remove,
    reached: inPhase('retiring'),
    goesOn: true,
  },
  { name: 'retired', behaviour: honest, bring: remove, reached: inPhase('retired') },
];
