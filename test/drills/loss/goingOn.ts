import { waitFor } from '../../support/waitFor.ts';
import type { Books, Dump } from './books.ts';
import { standing } from './judge.ts';
import { inLanes } from './lanes.ts';
import type { Stage, Subject } from './situation.ts';

/** Waits until some event tells of every operation that was answered 202; what is wrong where none does. */
export async function operationsTold(
  books: Books,
  subjects: readonly Subject[],
  milliseconds: number,
): Promise<string[]> {
  const untold = await leftAfter(books.told, subjects, milliseconds);
  return untold.map((tenantId) => `${tenantId}: an operation that was answered 202 has no event`);
}

/** Waits until every operation has ended that can within the drill; what is wrong where one does not. */
export async function operationsEnded(
  books: Books,
  subjects: readonly Subject[],
  milliseconds: number,
): Promise<string[]> {
  const ending = subjects.filter(({ situation }) => situation.goesOn !== true);
  const open = await leftAfter(books.ended, ending, milliseconds);
  return open.map((tenantId) => `${tenantId}: an operation that was answered 202 does not end`);
}

/** Whose operations are not among those that are read, after so long; each once for each operation. */
async function leftAfter(
  read: () => Promise<ReadonlySet<string>>,
  subjects: readonly Subject[],
  milliseconds: number,
): Promise<string[]> {
  const left = async () => {
    const found = await read();
    return subjects.flatMap(({ tenantId, operations }) =>
      operations.filter(({ operationId }) => !found.has(operationId)).map(() => tenantId),
    );
  };
  const noneLeft = waitFor(async () => (await left()).length === 0, { what: 'the operations', milliseconds });
  return (await noneLeft.catch(() => false)) ? [] : await left();
}

/** Nobody may stand elsewhere than before, but those whose last second asked for it. As the API shows it. */
export async function judgeStandings(
  stage: Stage,
  subjects: readonly Subject[],
  before: Dump,
  lostAt: number,
): Promise<string[]> {
  const problems: string[] = [];
  await inLanes(subjects, async (subject) => {
    const { registrationId, tenantId, situation } = subject;
    const was = before.views.get(registrationId);
    const view = await stage.callerOf(subject).registration(registrationId);
    if (was === undefined) problems.push(`${tenantId}: was not there before the loss`);
    else if (view.sequence < was.sequence) problems.push(`${tenantId}: went back to sequence ${view.sequence}`);
    else if (situation.moves !== true && standing(was, lostAt) !== standing(view, lostAt))
      problems.push(`${tenantId}: was ${standing(was, lostAt)} and is ${standing(view, lostAt)}`);
  });
  return problems;
}

/** Waits until each has gone on by itself: nobody asks for anything. */
export async function endings(stage: Stage, subjects: readonly Subject[], milliseconds: number): Promise<string[]> {
  const end = Date.now() + milliseconds;
  const problems: string[] = [];
  // All at once: one that is stuck must not take the time of those behind it.
  const looks = subjects.map(async (subject) => {
    const { registrationId, tenantId, situation } = subject;
    const { ends } = situation;
    if (ends === undefined) return;
    const goesOn = async () => await ends(await stage.view(registrationId), subject, stage);
    const left = Math.max(1000, end - Date.now());
    await waitFor(goesOn, { what: 'it to go on', milliseconds: left }).catch(async () => {
      const { phase, credentialHealth, hold, nextAttemptAt } = await stage.view(registrationId);
      problems.push(
        `${tenantId}: does not go on: ${phase}, ${credentialHealth}, held for ${hold?.reason}, next attempt at ${nextAttemptAt}, now ${new Date().toISOString()}`,
      );
    });
  });
  await Promise.all(looks);
  return problems;
}
