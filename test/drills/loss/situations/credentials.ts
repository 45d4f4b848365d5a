import { honest } from '../../../support/peers/behaviour.ts';
import {
  attends,
  becomesHonest,
  inPhase,
  isActive,
  isHealthy,
  isRotating,
  keepPromises,
  rotate,
  rotatesWith,
  supplyEarly,
  supplyNext,
  supplyTaken,
  until,
  usesNewest,
  usesPromised,
  verify,
} from '../acts.ts';
import type { Act, Situation } from '../situation.ts';

const adopts = { method: 'adopt' };
const adopt: Act = async (subject, stage) => {
  await supplyTaken(subject, stage);
  await until(subject, stage, 'is active', ({ phase }) => phase === 'active');
};

/** Credentials that a person handed over, that wait for their proof, or that another one takes the place of. */
export const credentials: readonly Situation[] = [
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
    behaviour: { ...honest, registers: false },
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
      await adopt(subject, stage);
      await supplyNext(subject, stage);
    },
    reached: isRotating,
    later: keepPromises,
    ends: isHealthy,
    goesOn: true,
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
    // Two clients: the second one is to take the place of the first, which is listed then.
    name: 'next-client',
    behaviour: honest,
    bring: supplyEarly,
    reached: isRotating,
    later: keepPromises,
    ends: usesPromised,
    leaves: 1,
    goesOn: true,
  },
  {
    // The first client runs out: nothing drains it yet, so it is listed with its token.
    name: 'draining',
    behaviour: honest,
    async bring(subject, stage) {
      const { credential } = await stage.view(subject.registrationId);
      await supplyTaken(subject, stage);
      await until(
        subject,
        stage,
        'uses another client',
        (view) => view.credential !== null && view.credential.clientId !== credential?.clientId,
      );
    },
    reached: isHealthy,
    lastSecond: verify,
    leaves: 1,
  },
];
