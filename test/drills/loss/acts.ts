import type { Reason } from '../../../domain/reasons/index.ts';
import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { Phase } from '../../../domain/words.ts';
import { honest } from '../../support/peers/behaviour.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Act, ask, type Look, type Stage, type Subject } from './situation.ts';

const attention = ({ conditions }: RegistrationView) => findCondition(conditions, 'NeedsAttention');

export const isActive: Look = ({ phase }) => phase === 'active';
export const isHealthy = ({ phase, credentialHealth }: RegistrationView) =>
  phase === 'active' && credentialHealth === 'healthy';
export const inPhase = (phase: Phase) => (view: RegistrationView) => view.phase === phase;
export const heldFor = (reason: Reason) => (view: RegistrationView) => view.hold?.reason === reason;
export const attends = (phase: Phase, reason: Reason) => (view: RegistrationView) =>
  view.phase === phase && attention(view)?.status === 'True' && attention(view)?.reason === reason;
export const isRotating = ({ credentialHealth }: RegistrationView) => credentialHealth === 'rotating';
export const rotatesWith = (reason: Reason) => (view: RegistrationView) =>
  isRotating(view) && attention(view)?.reason === reason;

/** The newest secret of the peer is in use: nothing that it answered was lost. */
export function usesNewest(view: RegistrationView, { tenantId }: Subject, { peer }: Stage): boolean {
  const clients = peer.ledger().clients.filter(({ system }) => system === tenantId);
  const newest = clients.find(({ clientId }) => clientId === view.credential?.clientId)?.secrets.at(-1);
  // Whole seconds go over the wire.
  return (
    isHealthy(view) && newest?.endsAt != null && Date.parse(view.credential?.expiresAt ?? '') > newest.endsAt - 1000
  );
}

/** How many secrets the peer has given to a subject's client. */
export function secretsOf({ tenantId }: Subject, { peer }: Stage): number {
  return peer.ledger().clients.find(({ system }) => system === tenantId)?.secrets.length ?? 0;
}

export const verify: Act = (subject, stage) => ask(subject, stage, 'verify', {});
export const discover: Act = (subject, stage) => ask(subject, stage, 'discover', {});
export const rotate: Act = (subject, stage) => ask(subject, stage, 'rotate', {});
export const suspend: Act = (subject, stage) => ask(subject, stage, 'suspend', {});
export const resume: Act = (subject, stage) => ask(subject, stage, 'resume', {});
export const overwrite: Act = (subject, stage) => ask(subject, stage, 'overwrite', {});
export const remove: Act = (subject, stage) => ask(subject, stage, '', undefined, { method: 'DELETE' });
export const giveToken: Act = (subject, stage) =>
  ask(subject, stage, 'initial-access-token', { token: stage.peer.initialAccessToken() }, { method: 'PUT' });

export const becomesHonest: Act = async ({ tenantId }, { peer }) => peer.program(tenantId, honest);

/** The health system has mended what was in the way; then this is asked for. */
export const mended =
  (act: Act): Act =>
  async (subject, stage) => {
    await becomesHonest(subject, stage);
    await act(subject, stage);
  };
export const retryMended = mended((subject, stage) => ask(subject, stage, 'retry', {}));

export const approve: Act = async (subject, stage) => {
  const { discovery } = await stage.view(subject.registrationId);
  const { registrationEndpoint, evidenceHash } = discovery?.candidate ?? {};
  await ask(subject, stage, 'approve-endpoint', { registrationEndpoint, evidenceHash });
};

/** Hands over a client that somebody made, with all that is known of it. */
export const supplyTaken: Act = async (subject, stage) => {
  const { clientId, clientSecret, registrationAccessToken, registrationClientUri } = stage.peer.madeByHand(
    subject.tenantId,
  );
  const management = { registrationAccessToken, registrationClientUri };
  await ask(subject, stage, 'credential', { clientId, clientSecret, ...management });
};

/** The same, but its secret is taken only once {@link keepPromises} was called. */
export const supplyEarly: Act = async (subject, stage) => {
  const { clientId, clientSecret } = stage.peer.madeByHand(subject.tenantId);
  await promise(subject, stage, clientId, `later-${clientSecret}`);
};

/** The next secret of the client that is in use already; the peer does not take it yet. */
export const supplyNext: Act = async (subject, stage) => {
  const { credential } = await stage.view(subject.registrationId);
  await promise(subject, stage, credential?.clientId ?? '', `next-${subject.tenantId}-0123456789abcdef`);
};

async function promise(subject: Subject, stage: Stage, clientId: string, clientSecret: string): Promise<void> {
  subject.promised.push({ clientId, clientSecret });
  await ask(subject, stage, 'credential', { clientId, clientSecret });
}

/** Whether what a person handed over is of the client in use. */
export const usesPromised: Look = (view, { promised }) =>
  isHealthy(view) && view.credential?.clientId === promised.at(-1)?.clientId;

export const keepPromises: Act = async (subject, { peer }) => {
  for (const { clientId, clientSecret } of subject.promised) peer.takes(clientId, clientSecret);
};

/** Waits until a subject looks so. Rejects after three minutes, saying how it looks. */
export async function until(
  { registrationId }: Pick<Subject, 'registrationId'>,
  stage: Stage,
  what: string,
  look: (view: RegistrationView) => boolean | Promise<boolean>,
): Promise<void> {
  let last: RegistrationView | null = null;
  await waitFor(
    async () => {
      last = await stage.view(registrationId);
      return await look(last);
    },
    {
      what: `${registrationId} ${what}`,
      milliseconds: 180_000,
      seen: () =>
        last && {
          phase: last.phase,
          health: last.credentialHealth,
          hold: last.hold,
          attention: attention(last),
          nextAttemptAt: last.nextAttemptAt,
        },
    },
  );
}
