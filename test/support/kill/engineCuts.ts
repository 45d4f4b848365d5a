import { waitFor } from '../waitFor.ts';
import { type ExternalWorld, engineSubject, openExternalWorld, type ServersOfWorld } from './externalWorld.ts';
import { judgeActive, judgeRetired, judgeWhole, remains } from './judge.ts';
import type { Life } from './life.ts';
import { type CutPoint, nameOfCut, phasesOfLife } from './watch.ts';

export interface EngineReport {
  readonly reached: string[];
  /** The order of requests varies: a clean life had them, and no later life within the rounds. */
  readonly missed: string[];
  readonly problems: string[];
}

/** Lives in which a cut point may turn up. */
const rounds = 4;

/** Two cut points for each request to database and engine of a clean life. */
export async function recordEngineCuts(servers: ServersOfWorld): Promise<CutPoint[]> {
  const world = await openExternalWorld(servers, 'engine');
  try {
    await world.prepare(['warm', 'clean']);
    await world.running.start();
    for (const name of ['warm', 'clean']) {
      const life = await world.life(name);
      world.watch.forget(engineSubject);
      await liveOn(world, life);
    }
    return world.watch.cutPoints(engineSubject);
  } finally {
    await world.close();
  }
}

/** Kills a product at each cut point, one registration at a time, in `lanes` worlds beside each other. */
export async function cutEngine(
  servers: ServersOfWorld,
  cuts: readonly CutPoint[],
  lanes: number,
  progress: (line: string) => void = () => undefined,
): Promise<EngineReport> {
  const report: EngineReport = { reached: [], missed: [], problems: [] };
  const shares = Array.from({ length: lanes }, (_, lane) => cuts.filter((_cut, index) => index % lanes === lane));
  await Promise.all(
    shares.filter((share) => share.length > 0).map((share) => cutLane(servers, share, report, progress)),
  );
  return report;
}

async function cutLane(
  servers: ServersOfWorld,
  cuts: readonly CutPoint[],
  report: EngineReport,
  progress: (line: string) => void,
): Promise<void> {
  const world = await openExternalWorld(servers, 'engine');
  const nameOf = (round: number, index: number) => `life-${round}-${index}`;
  try {
    let open = cuts;
    for (let round = 1; round <= rounds && open.length > 0; round += 1) {
      await world.prepare(open.map((_, index) => nameOf(round, index)));
      await world.running.stop();
      await world.running.start();
      const missed: CutPoint[] = [];
      for (const [index, cut] of open.entries()) {
        const reached = await cutOne(world, cut, nameOf(round, index), report);
        progress(`${reached ? 'Killed' : `Not reached in life ${round}:`} ${nameOfCut(cut)}`);
        if (!reached) missed.push(cut);
      }
      open = missed;
    }
    report.missed.push(...open.map(nameOfCut));
    report.problems.push(...(await judgeWhole(world.books)));
  } finally {
    await world.close();
  }
}

async function cutOne(world: ExternalWorld, cut: CutPoint, name: string, report: EngineReport): Promise<boolean> {
  const life = await world.life(name);
  world.watch.forget(engineSubject);
  const trap = world.watch.set(engineSubject, cut);
  let over = false;
  const run = liveOn(world, life).finally(() => {
    over = true;
  });
  await waitFor(() => trap.holds() || over, { what: nameOfCut(cut), milliseconds: 180_000 });
  const reached = trap.holds();
  if (reached) await world.running.kill();
  world.watch.clear();
  if (reached) await world.running.start();
  const found = [...(await run), ...(await judgeRetired(world.books, life))];
  const { clients, listed } = await remains(world.books, life);
  if (clients > (reached ? 2 : 1)) found.push(`${clients} clients were made`);
  if (!reached && listed.length > 0) found.push(`${listed.length} clients are listed without a kill`);
  report.problems.push(...found.map((problem) => `${nameOfCut(cut)}: ${problem}`));
  if (reached) report.reached.push(nameOfCut(cut));
  return reached;
}

/** From onboarding to retirement; what is wrong when it is active. */
async function liveOn(world: ExternalWorld, life: Life): Promise<string[]> {
  const problems: string[] = [];
  for (const phase of phasesOfLife) {
    world.watch.phase = phase;
    if (phase === 'onboarding') await life.onboard();
    else if (phase === 'rotation') await life.rotate();
    else await life.retire();
    if (phase !== 'retirement') problems.push(...(await judgeActive(world.books, life)));
  }
  return problems;
}
