import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedWorld } from './embeddedWorld.ts';
import { judgeActive, judgeRetired, judgeWhole, remains } from './judge.ts';
import type { Life } from './life.ts';

/** Registrations on their way at each moment. */
const atOnce = 6;
/**
 * A kill comes after up to so many requests to the health systems since the product was ready, and up to so many
 * milliseconds more: on a slow machine as on a quick one it meets registrations on their way.
 */
const mostRequests = 12;
const longestPause = 400;
/** Milliseconds after which it comes although fewer requests were made. */
const longestRun = 10_000;
/** Milliseconds within which it comes while the product is starting. */
const longestStart = 3000;
/** Shares of the kills that come while the product is still starting, and that take the engine along. */
const whileStarting = 0.15;
const withEngine = 0.2;

export interface KillsReport {
  readonly kills: number;
  readonly engineKills: number;
  /** Kills before the product was ready. */
  readonly early: number;
  readonly lives: number;
  readonly clients: number;
  readonly listed: number;
  /** Requests that were sent and whose answer was lost. */
  readonly lost: number;
  readonly problems: readonly string[];
}

/** Kills the product at random times while registrations are onboarded, rotated and retired; then judges them all. */
export async function killAtRandom(world: EmbeddedWorld, kills: number, random: () => number): Promise<KillsReport> {
  const lives: Life[] = [];
  let named = 0;
  const parked = new Set<Life>();
  let closing = false;
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });

  /** One registration after the other; the last one waits between rotation and retirement. */
  async function lane(): Promise<void> {
    while (!closing) {
      const life = await world.life(`tenant-${++named}`);
      lives.push(life);
      await life.onboard();
      await life.rotate();
      if (closing) {
        parked.add(life);
        await gate;
      }
      await life.retire();
    }
  }

  await world.running.start();
  const lanes = Array.from({ length: atOnce }, lane);
  const ended = Promise.all(lanes);
  const failed = ended.then(() => new Promise<never>(() => undefined));
  // Every race below hears of it; between two of them nobody listens.
  failed.catch(() => undefined);
  let engineKills = 0;
  let early = 0;
  for (let count = 0; count < kills; count += 1) {
    if (count > 0 && random() < whileStarting) {
      early += 1;
      await delay(random() * longestStart);
    } else {
      if (count > 0) await Promise.race([world.running.ready(), failed]);
      await Promise.race([someRequests(Math.floor(random() * mostRequests), random() * longestPause), failed]);
    }
    await world.running.kill();
    if (random() < withEngine) {
      engineKills += 1;
      await world.killEngine();
    }
    world.running.launch();
  }
  closing = true;
  await Promise.race([world.running.ready(), failed]);
  await Promise.race([everyLaneParked(), failed]);

  const problems: string[] = [];
  await world.stop();
  await world.audit(async (books) => {
    for (const life of parked) problems.push(...(await judgeActive(books, life)));
  });
  await world.running.start();
  release();
  await ended;
  await world.stop();
  return await world.audit(async (books) => {
    problems.push(...(await judgeWhole(books)));
    const left: Awaited<ReturnType<typeof remains>>[] = [];
    for (const life of lives) {
      problems.push(...(await judgeRetired(books, life)));
      left.push(await remains(books, life));
    }
    const sum = (count: (one: (typeof left)[number]) => number) => left.reduce((total, one) => total + count(one), 0);
    return {
      kills,
      engineKills,
      early,
      lives: lives.length,
      clients: sum(({ clients }) => clients),
      listed: sum(({ listed }) => listed.length),
      lost: sum(({ unanswered }) => unanswered.length),
      problems,
    };
  });

  async function someRequests(count: number, pause: number): Promise<void> {
    const enough = world.requests() + count;
    const end = Date.now() + longestRun;
    while (world.requests() < enough && Date.now() < end) await delay(5);
    await delay(pause);
  }

  async function everyLaneParked(): Promise<void> {
    const over = new Set<number>();
    for (const [index, one] of lanes.entries())
      void one.then(
        () => over.add(index),
        () => over.add(index),
      );
    while (parked.size + over.size < atOnce) await delay(50);
  }
}
