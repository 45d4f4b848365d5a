import { sample } from '../../support/kill/seeded.ts';
import { addAll, bringAll, leaveUnkept } from './begin.ts';
import type { Dump } from './books.ts';
import { endings, judgeStandings, operationsEnded, operationsTold } from './goingOn.ts';
import { countsOf, judgeClients, judgeOperations, judgeWrites } from './judge.ts';
import { inLanes } from './lanes.ts';
import type { Situation, Stage, Subject } from './situation.ts';
import { administratorsFor, stageOf } from './stage.ts';
import type { LossWorld } from './world.ts';

/**
 * What becomes of the engine: its data are deleted; replaced by a stopped copy from before the last rotation; or the
 * runs of a third of the registrations are terminated.
 */
export const losses = ['deleted', 'copy', 'terminated'] as const;
export type Loss = (typeof losses)[number];

export interface LossReport {
  readonly operations: number;
  /** Names of the situations that there were, each with how many. */
  readonly situations: ReadonlyMap<string, number>;
  /** Phases and reasons of holds at the moment of the loss, each with how many. */
  readonly counts: ReadonlyMap<string, number>;
  /** Milliseconds until everything was where it was to be. */
  readonly brought: number;
  /** Milliseconds from the first operation of the last moment before the loss until the loss. */
  readonly lastMoment: number;
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
const usualPatience = 90_000;

/** Brings registrations into situations, loses the engine's data, and judges what becomes of them. */
export async function runLoss(
  world: LossWorld,
  situations: readonly Situation[],
  options: LossOptions,
): Promise<LossReport> {
  const { count, loss, random, say = () => undefined, patience = usualPatience * (1 + count / 100) } = options;
  const begunAt = Date.now();
  await world.running.start();
  const keys = await administratorsFor(world, count);
  const chosen = count < situations.length ? sample(situations, count, random) : situations;
  const subjects = Array.from({ length: count }, (_, index) =>
    subjectOf(world.name, chosen[index % chosen.length] as Situation, index),
  );
  await addAll(await stageOf(world, keys), subjects);
  if (loss === 'copy') {
    await world.running.stop();
    await world.keepCopy();
    await world.running.start();
  }
  const live = await stageOf(world, keys);
  await bringAll(live, subjects);
  world.answers.shut();
  await leaveUnkept(live, subjects);
  const brought = Date.now() - begunAt;
  say(`${subjects.length} registrations are where they are to be after ${brought} ms`);
  const lastAt = Date.now();
  await inLanes(subjects, async (subject) => subject.situation.lastSecond?.(subject, live));
  if (loss === 'terminated') await world.running.kill();
  else await world.kill();
  const lastMoment = Date.now() - lastAt;
  world.answers.open();
  const before = await lose(world, subjects, loss, random);

  const startedAt = Date.now();
  const problems = await goOn(world, subjects, keys, before, patience);
  const settled = Date.now() - startedAt;
  return {
    operations: subjects.reduce((sum, { operations }) => sum + operations.length, 0),
    situations: new Map(chosen.map(({ name }) => [name, subjects.filter((one) => one.situation.name === name).length])),
    counts: countsOf(subjects, before.dump),
    brought,
    lastMoment,
    settled,
    problems: [...new Set(problems)],
  };
}

/** What was there when the engine lost its data. */
interface Before {
  readonly at: number;
  readonly dump: Dump;
  readonly ledger: ReturnType<LossWorld['peer']['ledger']>;
}

async function lose(world: LossWorld, subjects: readonly Subject[], loss: Loss, random: () => number): Promise<Before> {
  const ledger = world.peer.ledger();
  const dump = await world.books.dump();
  if (loss === 'deleted') await world.deleteEngineData();
  if (loss === 'copy') await world.restoreCopy();
  if (loss === 'terminated') {
    const open = subjects.filter(({ registrationId }) => dump.views.get(registrationId)?.phase !== 'retired');
    const some = sample(open, Math.ceil(subjects.length / 3), random);
    await world.terminate(some.map(({ registrationId }) => registrationId));
  }
  return { at: Date.now(), dump, ledger };
}

/** Everybody finds again what was recorded; then each hold is released, and each registration ends where it is to. */
async function goOn(
  world: LossWorld,
  subjects: readonly Subject[],
  keys: readonly string[],
  before: Before,
  patience: number,
): Promise<string[]> {
  const { peer, books } = world;
  const asWere = async (stage: Stage): Promise<string[]> => [
    ...(await operationsTold(
      books,
      subjects.filter(({ situation }) => situation.waits !== true),
      patience,
    )),
    ...(await judgeStandings(stage, subjects, before.dump, before.at)),
    ...judgeWrites(subjects, before.ledger, peer.ledger(), 'before-later'),
  ];
  await world.running.start();
  const stage = await stageOf(world, keys);
  const problems = await asWere(stage);
  await inLanes(subjects, async (subject) => subject.situation.others?.(subject, stage));
  problems.push(...(await asWere(stage)));
  await inLanes(subjects, async (subject) => subject.situation.later?.(subject, stage));
  problems.push(...(await endings(stage, subjects, patience)), ...(await operationsEnded(books, subjects, patience)));
  await world.running.stop();
  const last = await books.dump();
  problems.push(
    ...judgeWrites(subjects, before.ledger, peer.ledger(), 'with-later'),
    ...judgeOperations(subjects, last),
    ...judgeClients(subjects, peer.ledger(), last),
  );
  if (!last.auditIsWhole) problems.push('the chain of the audit is broken');
  return problems;
}

function subjectOf(world: string, situation: Situation, index: number): Subject {
  const tenantId = `${situation.name}-${index}-${world}`;
  const applicationId = `app-${world}`;
  const environment = situation.registration?.['environment'] ?? 'sandbox';
  const registrationId = `${tenantId}.${applicationId}.${environment}.main`;
  return { index, tenantId, applicationId, registrationId, situation, operations: [], promised: [] };
}
