import { sample } from '../../support/kill/seeded.ts';
import { waitFor } from '../../support/waitFor.ts';
import { beginAll } from './begin.ts';
import { type Dump, dump, judgeClients, judgeOperations, judgeWrites, standing } from './judge.ts';
import { inLanes } from './lanes.ts';
import type { Situation, Stage, Subject } from './situation.ts';
import type { LossWorld } from './world.ts';

/**
 * What becomes of the engine: its data are deleted; replaced by a stopped copy from before the last rotation; or the
 * runs of a third of the registrations are terminated.
 */
export const losses = ['deleted', 'copy', 'terminated'] as const;
export type Loss = (typeof losses)[number];

export interface LossReport {
  readonly registrations: number;
  readonly operations: number;
  /** Names of the situations that there were, each with how many. */
  readonly situations: ReadonlyMap<string, number>;
  /** Milliseconds from the start of the product after the loss until everything had settled, or was given up. */
  readonly settled: number;
  readonly problems: readonly string[];
}

export interface LossOptions {
  readonly count: number;
  readonly loss: Loss;
  readonly random: () => number;
  readonly say?: (line: string) => void;
  /** Milliseconds for each thing that has to come about after the loss. */
  readonly patience?: number;
}

/** Milliseconds, for each hundred registrations and one more. */
const usualPatience = 45_000;

/** Brings registrations into situations, loses the engine's data, and judges what becomes of them. */
export async function runLoss(
  world: LossWorld,
  situations: readonly Situation[],
  options: LossOptions,
): Promise<LossReport> {
  const { count, loss, random, say = () => undefined, patience = usualPatience * (1 + count / 100) } = options;
  await world.running.start();
  const stage: Stage = { api: await world.api(), peer: world.peer };
  const chosen = count < situations.length ? sample(situations, count, random) : situations;
  const subjects = Array.from({ length: count }, (_, index) =>
    subjectOf(chosen[index % chosen.length] as Situation, index),
  );
  await beginAll(stage, subjects, async () => {
    if (loss === 'copy') {
      await world.running.stop();
      await world.keepCopy();
      await world.running.start();
    }
    return await world.api();
  });
  say(`${subjects.length} registrations are where they are to be`);
  const live: Stage = { api: await world.api(), peer: world.peer };
  await inLanes(subjects, async (subject) => subject.situation.lastSecond?.(subject, live));
  if (loss === 'terminated') await world.running.kill();
  else await world.kill();
  const ledger = world.peer.ledger();
  const before = await world.read(dump);
  const lostAt = Date.now();
  if (loss === 'deleted') await world.deleteEngineData();
  if (loss === 'copy') await world.restoreCopy();
  if (loss === 'terminated') {
    const open = subjects.filter(({ registrationId }) => before.views.get(registrationId)?.phase !== 'retired');
    const some = sample(open, Math.ceil(count / 3), random);
    await world.terminate(some.map(({ registrationId }) => registrationId));
  }

  const startedAt = Date.now();
  await world.running.start();
  const after: Stage = { api: await world.api(), peer: world.peer };
  const problems = await operationsTold(after, subjects, patience);
  const stand = async () => await judgeStandings(after, subjects, before, lostAt);
  problems.push(...(await stand()), ...judgeWrites(subjects, ledger, world.peer.ledger(), 'before-later'));
  await inLanes(subjects, async (subject) => subject.situation.others?.(subject, after));
  problems.push(...(await operationsTold(after, subjects, patience)), ...(await stand()));
  problems.push(...judgeWrites(subjects, ledger, world.peer.ledger(), 'before-later'));
  await inLanes(subjects, async (subject) => subject.situation.later?.(subject, after));
  problems.push(...(await endings(after, subjects, patience)));
  const settled = Date.now() - startedAt;
  await world.running.stop();
  const last = await world.read(dump);
  problems.push(
    ...judgeWrites(subjects, ledger, world.peer.ledger(), 'with-later'),
    ...judgeOperations(subjects, last),
    ...judgeClients(subjects, world.peer.ledger(), last),
  );
  if (!last.auditIsWhole) problems.push('the chain of the audit is broken');
  return {
    registrations: subjects.length,
    operations: subjects.reduce((sum, { operations }) => sum + operations.length, 0),
    situations: new Map(chosen.map(({ name }) => [name, subjects.filter((one) => one.situation.name === name).length])),
    settled,
    problems: [...new Set(problems)],
  };
}

function subjectOf(situation: Situation, index: number): Subject {
  const tenantId = `${situation.name}-${index}`;
  const environment = situation.registration?.['environment'] ?? 'sandbox';
  return { tenantId, registrationId: `${tenantId}.app.${environment}.main`, situation, operations: [], promised: [] };
}

/** Waits until some event tells of every operation that was answered 202. */
async function operationsTold({ api }: Stage, subjects: readonly Subject[], milliseconds: number): Promise<string[]> {
  const end = Date.now() + milliseconds;
  const problems: string[] = [];
  await inLanes(subjects, async ({ operations, tenantId }) => {
    const told = async () => {
      for (const { registrationId, operationId } of operations) {
        const events = await api.events(registrationId);
        if (!events.some((event) => event.operationId === operationId)) return false;
      }
      return true;
    };
    await waitFor(told, { what: 'its events', milliseconds: Math.max(0, end - Date.now()) }).catch(() =>
      problems.push(`${tenantId}: an operation that was answered 202 has no event`),
    );
  });
  return problems;
}

/** Nobody may stand elsewhere than before, but those whose last second asked for it. */
async function judgeStandings(
  { api }: Stage,
  subjects: readonly Subject[],
  before: Dump,
  lostAt: number,
): Promise<string[]> {
  const problems: string[] = [];
  await inLanes(subjects, async ({ registrationId, tenantId, situation }) => {
    const was = before.views.get(registrationId);
    const view = await api.registration(registrationId);
    if (was === undefined) problems.push(`${tenantId}: was not there before the loss`);
    else if (view.sequence < was.sequence) problems.push(`${tenantId}: went back to sequence ${view.sequence}`);
    else if (situation.moves !== true && standing(was, lostAt) !== standing(view, lostAt))
      problems.push(`${tenantId}: was ${standing(was, lostAt)} and is ${standing(view, lostAt)}`);
  });
  return problems;
}

/** Waits until each has gone on by itself: nobody asks for anything. */
async function endings(stage: Stage, subjects: readonly Subject[], milliseconds: number): Promise<string[]> {
  const end = Date.now() + milliseconds;
  const problems: string[] = [];
  await inLanes(subjects, async (subject) => {
    const { registrationId, tenantId, situation } = subject;
    const { ends } = situation;
    if (ends === undefined) return;
    const goesOn = async () => await ends(await stage.api.registration(registrationId), subject, stage);
    const left = Math.max(1000, end - Date.now());
    await waitFor(goesOn, { what: 'it to go on', milliseconds: left }).catch(async () => {
      const { phase, credentialHealth, nextAttemptAt } = await stage.api.registration(registrationId);
      problems.push(
        `${tenantId}: does not go on: ${phase}, ${credentialHealth}, next attempt at ${nextAttemptAt}, now ${new Date().toISOString()}`,
      );
    });
  });
  return problems;
}
