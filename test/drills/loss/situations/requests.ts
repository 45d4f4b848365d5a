import type { RegistrationView } from '../../../../domain/registration/view.ts';
import { honest } from '../../../support/peers/behaviour.ts';
import { attends, discover, giveToken, heldFor, inPhase, isActive, rotate, secretsOf, usesNewest } from '../acts.ts';
import { ask, holderOf, type Look, type Situation } from '../situation.ts';

const day = 86_400;

const isPutOff = ({ phase, nextAttemptAt }: RegistrationView) =>
  phase === 'registering' && Date.parse(nextAttemptAt ?? '') > Date.now() + (day * 1000) / 2;

const usesSecond: Look = (view, subject, stage) => secretsOf(subject, stage) > 1 && usesNewest(view, subject, stage);

const wantsToken = {
  behaviour: { ...honest, wantsToken: true },
  registration: { environment: 'production' },
  begins: inPhase('awaiting_token'),
  reached: inPhase('awaiting_token'),
} as const;

/** Requests that cannot be repeated: put off, under way, without an answer, or with one that only the spool has. */
export const requests: readonly Situation[] = [
  {
    name: 'put-off',
    behaviour: { ...honest, register: { status: 429, retryAfter: day } },
    site: 'apart',
    begins: isPutOff,
    reached: isPutOff,
  },
  { name: 'rotated', behaviour: honest, bring: rotate, reached: usesSecond, lastSecond: discover },
  {
    ...wantsToken,
    name: 'open-register',
    behaviour: { ...wantsToken.behaviour, delay: 1500 },
    lastSecond: giveToken,
    moves: true,
    // The answer is lost: the client is listed, and the token, tried once more, turns out to be spent; where that is
    // not answered either, a person decides. Where the death came before the request, there is one and no loss.
    writes: 2,
    ends: (view) =>
      view.phase === 'active' ||
      attends('awaiting_token', 'InitialAccessTokenSpent')(view) ||
      attends('registering', 'RegistrationUnanswered')(view),
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
    ...wantsToken,
    name: 'spooled-register',
    unkept: { act: giveToken, held: heldFor('AnswerSpooled') },
    moves: true,
    writes: 1,
    ends: isActive,
  },
  {
    name: 'spooled-update',
    behaviour: honest,
    reached: isActive,
    unkept: { act: rotate, held: heldFor('AnswerSpooled') },
    moves: true,
    writes: 2,
    ends: usesNewest,
  },
  {
    name: 'sharer',
    behaviour: honest,
    holder: 'shares',
    reached: isActive,
    lastSecond: (subject, stage) =>
      ask(subject, stage, 'rotate', {}, { registrationId: holderOf(subject).registrationId }),
    moves: true,
    writes: 2,
    async ends(view, subject, stage) {
      const holder = await stage.view(holderOf(subject).registrationId);
      return usesNewest(holder, subject, stage) && view.credential?.ref.versionId === holder.credential?.ref.versionId;
    },
  },
];
