import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { type ExternalWorld, openExternalWorld } from '../../support/kill/externalWorld.ts';
import { judgeActive, judgeRetired, judgeWhole, remains } from '../../support/kill/judge.ts';
import type { Life } from '../../support/kill/life.ts';
import { say } from '../../support/kill/say.ts';
import { type CutPoint, type LifePhase, nameOfCut, phasesOfLife, type Trap } from '../../support/kill/watch.ts';
import { waitFor } from '../../support/waitFor.ts';

/** Registrations that are held, each at a cut point of its own, when the product is killed. */
const together = 20;
/** Milliseconds after which a held request is near the product's own time-out. */
const longestHold = 4200;
/** A request that was answered too early by a slow machine's own time-outs is held again. */
const rounds = 3;

/** What must be lost when the product dies at a cut point; nothing at all others. */
function lossAt({ label, point }: CutPoint): { clients: number; listed: number; unanswered: string[] } {
  if (label === 'authorization-server POST /reg #1')
    return { clients: point === 'before' ? 1 : 2, listed: 1, unanswered: ['register'] };
  if (label === 'authorization-server PUT /reg/{client} #1')
    return { clients: 1, listed: point === 'before' ? 0 : 1, unanswered: ['update'] };
  return { clients: 1, listed: 0, unanswered: [] };
}

/** Whether the first of them will soon be given up by the product. */
function longHeld(traps: readonly Trap[]): boolean {
  const since = traps.map((trap) => trap.since()).filter((time) => time !== null);
  return since.length > 0 && Date.now() - Math.min(...since) > longestHold;
}

async function liveThrough(life: Life, phase: LifePhase): Promise<void> {
  if (phase === 'onboarding') await life.onboard();
  else if (phase === 'rotation') await life.rotate();
  else await life.retire();
}

/**
 * `kill -9` at every request to authorization server and secret store that a clean life makes, before it is forwarded
 * and after its answer; the judge is the authorization server's own list of clients.
 */
describeWith(['moto', 'postgres', 'temporal', 'oidc-provider'], 'Killed at a request to a peer', (servers) => {
  let world: ExternalWorld;
  let cuts: CutPoint[] = [];
  const report = { reached: [] as string[], missed: [] as string[], problems: [] as string[] };
  let named = 0;

  beforeAll(async () => {
    world = await openExternalWorld(servers, 'peers');
  });

  afterAll(async () => {
    await world?.close();
  });

  test('a clean life is recorded, and loses nothing', async () => {
    await world.prepare(['clean']);
    await world.running.start();
    const life = await world.life('clean');
    for (const phase of phasesOfLife) {
      world.watch.phase = phase;
      await liveThrough(life, phase);
      if (phase === 'rotation') expect(await judgeActive(world.books, life)).toEqual([]);
    }
    expect(await judgeRetired(world.books, life)).toEqual([]);
    expect(await remains(world.books, life)).toEqual({ clients: 1, listed: [], unanswered: [] });
    cuts = world.watch.cutPoints(life.tenantId);
    for (const phase of phasesOfLife) {
      const count = cuts.filter((cut) => cut.phase === phase).length;
      say(`Cut points of authorization server and secret store in ${phase}: ${count}`);
      expect(count).toBeGreaterThan(0);
    }
  });

  test('every registration survives the death of the product at each of its requests', {
    timeout: 900_000,
  }, async () => {
    let open = cuts;
    for (let round = 1; round <= rounds && open.length > 0; round += 1) {
      const lives = await livesFor(open);
      const missed: CutPoint[] = [];
      for (const phase of phasesOfLife) {
        const ofPhase = open.filter((cut) => cut.phase === phase);
        for (let from = 0; from < ofPhase.length; from += together)
          missed.push(...(await cutTogether(phase, ofPhase.slice(from, from + together), lives)));
      }
      open = missed;
    }
    report.missed.push(...open.map(nameOfCut));
    say(`Killed at ${report.reached.length} of ${cuts.length} cut points of authorization server and secret store`);
    for (const cut of report.missed) say(`Not reached: ${cut}`);
    expect(report.problems).toEqual([]);
    expect(report.missed).toEqual([]);
    expect(await judgeWhole(world.books)).toEqual([]);
  });

  /** A registration for each cut point. */
  async function livesFor(some: readonly CutPoint[]): Promise<Map<CutPoint, Life>> {
    const names = some.map(() => `cut-${++named}`);
    await world.prepare(names);
    await world.running.stop();
    await world.running.start();
    const lives = await Promise.all(names.map((name) => world.life(name)));
    return new Map(some.map((cut, index) => [cut, lives[index] as Life]));
  }

  /** Holds one registration at each cut point, kills, starts again and judges. Answers the cut points not reached. */
  async function cutTogether(
    phase: LifePhase,
    some: readonly CutPoint[],
    all: ReadonlyMap<CutPoint, Life>,
  ): Promise<CutPoint[]> {
    const lives = some.map((cut) => all.get(cut) as Life);
    const before = phasesOfLife.slice(0, phasesOfLife.indexOf(phase));
    for (const earlier of before) await Promise.all(lives.map((life) => liveThrough(life, earlier)));

    const traps = some.map((cut, index) => world.watch.set(lives[index]?.tenantId ?? '', cut));
    let running = lives.length;
    const runs = lives.map((life) =>
      liveThrough(life, phase).finally(() => {
        running -= 1;
      }),
    );
    await waitFor(() => running === 0 || traps.every((trap) => trap.since() !== null) || longHeld(traps), {
      what: 'the requests to be held',
    });
    const held = traps.map((trap) => trap.holds());
    await world.running.kill();
    world.watch.clear();
    await world.running.start();
    await Promise.all(runs);
    if (phase !== 'retirement') await judgeNow(lives);
    for (const later of phasesOfLife.slice(before.length + 1)) {
      await Promise.all(lives.map((life) => liveThrough(life, later)));
      if (later === 'rotation') await judgeNow(lives);
    }

    for (const [index, cut] of some.entries()) {
      const life = lives[index];
      if (life === undefined) continue;
      const name = nameOfCut(cut);
      report.problems.push(...(await judgeRetired(world.books, life)).map((problem) => `${name}: ${problem}`));
      if (held[index] !== true) continue;
      report.reached.push(name);
      const { clients, listed, unanswered } = await remains(world.books, life);
      const left = { clients, listed: listed.length, unanswered };
      const expected = lossAt(cut);
      if (JSON.stringify(left) !== JSON.stringify(expected))
        report.problems.push(`${name}: left ${JSON.stringify(left)}, expected ${JSON.stringify(expected)}`);
    }
    return some.filter((_, index) => held[index] !== true);
  }

  async function judgeNow(lives: readonly Life[]): Promise<void> {
    for (const life of lives) report.problems.push(...(await judgeActive(world.books, life)));
  }
});
