import { waitFor } from '../waitFor.ts';
import type { ExternalWorld } from './externalWorld.ts';
import { judgeActive, judgeRetired, remains } from './judge.ts';
import { type Life, type LifeKind, movedUri, tokenIsLost } from './life.ts';
import { type CutPoint, type LifePhase, nameOfCut, type Trap } from './watch.ts';

/** Registrations that are held, each at a cut point of its own, when the product is killed. */
const together = 20;
/** Milliseconds after which a held request is near the product's own time-out. */
const longestHold = 4200;
/** A request that was answered too early by a slow machine's own time-outs is held again. */
const rounds = 3;

/** A life that is cut: how its client comes to be, what it goes through, and where it is cut. */
export interface CutPlan {
  readonly kind: LifeKind;
  readonly phases: readonly LifePhase[];
  readonly cutIn: readonly LifePhase[];
}

/** A cut point of a plan. */
export interface PlannedCut {
  readonly plan: CutPlan;
  readonly cut: CutPoint;
}

export interface PeerReport {
  readonly reached: string[];
  /** A clean life had them, and no later life within the rounds. */
  missed: string[];
  readonly problems: string[];
}

/** What must be lost when the product dies at a cut point; nothing at all others. */
export function lossAt({ label, point }: CutPoint): { clients: number; listed: number; unanswered: string[] } {
  if (label === 'authorization-server POST /reg #1')
    return { clients: point === 'before' ? 1 : 2, listed: 1, unanswered: ['register'] };
  if (label === 'authorization-server PUT /reg/{client} #1')
    return { clients: 1, listed: point === 'before' ? 0 : 1, unanswered: ['update'] };
  return { clients: 1, listed: 0, unanswered: [] };
}

export const nameOfPlanned = ({ plan, cut }: PlannedCut) =>
  plan.kind === 'registered' ? nameOfCut(cut) : `${plan.kind}: ${nameOfCut(cut)}`;

/** Lives through one plan undisturbed; its cut points, and what is wrong with it. */
export async function recordLife(
  world: ExternalWorld,
  plan: CutPlan,
  name: string,
): Promise<{ cuts: PlannedCut[]; problems: string[] }> {
  const problems: string[] = [];
  const life = await world.life(name);
  for (const phase of plan.phases) {
    world.watch.phase = phase;
    await liveThrough(life, phase);
    if (phase !== 'retirement') problems.push(...(await judgeActive(world.books, life)), ...judgeChange(life, phase));
  }
  problems.push(...(await judgeRetired(world.books, life)));
  const left = JSON.stringify(await remains(world.books, life));
  if (left !== JSON.stringify({ clients: 1, listed: [], unanswered: [] }))
    problems.push(`${life.registrationId}: left ${left}`);
  const cuts = world.watch
    .cutPoints(life.tenantId)
    .filter((cut) => plan.cutIn.includes(cut.phase))
    .map((cut) => ({ plan, cut }));
  return { cuts, problems };
}

/** Whether the first of them will soon be given up by the product. */
function longHeld(traps: readonly Trap[]): boolean {
  const since = traps.map((trap) => trap.since()).filter((time) => time !== null);
  return since.length > 0 && Date.now() - Math.min(...since) > longestHold;
}

async function liveThrough(life: Life, phase: LifePhase): Promise<void> {
  if (phase === 'onboarding') await life.onboard();
  else if (phase === 'change') await life.change();
  else if (phase === 'rotation') await life.rotate();
  else await life.retire();
}

/** After a change the server's own books show what was wanted. */
function judgeChange(life: Life, phase: LifePhase): string[] {
  if (phase !== 'change') return [];
  const client = life.system.ledger().clients.find(({ clientName }) => clientName === life.tenantId);
  return client?.redirectUris.includes(movedUri) === true
    ? []
    : [`${life.registrationId}: the client at the server was not changed`];
}

/** Kills the product at each cut point, many registrations at a time, and judges each by its server's books. */
export async function cutPeers(
  world: ExternalWorld,
  cuts: readonly PlannedCut[],
  progress: (line: string) => void = () => undefined,
): Promise<PeerReport> {
  const report: PeerReport = { reached: [], missed: [], problems: [] };
  let named = 0;
  let told = 0;

  async function livesFor(some: readonly PlannedCut[]): Promise<Map<PlannedCut, Life>> {
    const names = new Map(some.map((planned) => [planned, `cut-${++named}`]));
    for (const [{ plan }, name] of names) await world.prepare([name], {}, plan.kind);
    await world.running.stop();
    await world.running.start();
    const lives = some.map(async (planned) => [planned, await world.life(names.get(planned) ?? '')] as const);
    return new Map(await Promise.all(lives));
  }

  async function judgeNow(lives: readonly Life[]): Promise<void> {
    for (const life of lives) report.problems.push(...(await judgeActive(world.books, life)));
  }

  /** Holds one registration at each cut point, kills, starts again and judges. Answers the cut points not reached. */
  async function cutTogether(
    some: readonly PlannedCut[],
    all: ReadonlyMap<PlannedCut, Life>,
  ): Promise<readonly PlannedCut[]> {
    const held = await Promise.all(
      some.map(async (planned) => {
        const life = all.get(planned) as Life;
        const { phases } = planned.plan;
        const at = phases.indexOf(planned.cut.phase);
        return { planned, life, at, before: phases.slice(0, at), after: phases.slice(at + 1) };
      }),
    );
    await Promise.all(
      held.map(async ({ life, before }) => {
        for (const phase of before) await liveThrough(life, phase);
      }),
    );
    const traps = held.map(({ life, planned }) => world.watch.set(life.tenantId, planned.cut));
    let running = held.length;
    const runs = held.map(({ life, planned }) =>
      liveThrough(life, planned.cut.phase).finally(() => {
        running -= 1;
      }),
    );
    await waitFor(() => running === 0 || traps.every((trap) => trap.since() !== null) || longHeld(traps), {
      what: 'the requests to be held',
    });
    const isHeld = traps.map((trap) => trap.holds());
    await world.running.kill();
    world.watch.clear();
    await world.running.start();
    await Promise.all(runs);
    await judgeNow(held.filter(({ planned }) => planned.cut.phase !== 'retirement').map(({ life }) => life));
    await Promise.all(
      held.map(async ({ life, planned, after }) => {
        const view = await life.view();
        if (view === null || !tokenIsLost(view)) report.problems.push(...judgeChange(life, planned.cut.phase));
        for (const phase of after) {
          await liveThrough(life, phase);
          if (phase === 'rotation' || phase === 'change')
            report.problems.push(...(await judgeActive(world.books, life)));
        }
      }),
    );
    for (const [index, { planned, life }] of held.entries()) {
      const name = nameOfPlanned(planned);
      report.problems.push(...(await judgeRetired(world.books, life)).map((problem) => `${name}: ${problem}`));
      if (isHeld[index] !== true) continue;
      report.reached.push(name);
      const { clients, listed, unanswered } = await remains(world.books, life);
      const left = { clients, listed: listed.length, unanswered };
      const expected = lossAt(planned.cut);
      if (JSON.stringify(left) !== JSON.stringify(expected))
        report.problems.push(`${name}: left ${JSON.stringify(left)}, expected ${JSON.stringify(expected)}`);
    }
    progress(`${report.reached.length} of ${cuts.length} cut points`);
    for (const problem of report.problems.slice(told)) progress(problem);
    told = report.problems.length;
    return some.filter((_, index) => isHeld[index] !== true);
  }

  let open: readonly PlannedCut[] = cuts;
  for (let round = 1; round <= rounds && open.length > 0; round += 1) {
    const lives = await livesFor(open);
    const missed: PlannedCut[] = [];
    // One kill takes lives that are about as far as each other.
    const groups = Map.groupBy(open, ({ cut }) => cut.phase);
    for (const group of groups.values())
      for (let from = 0; from < group.length; from += together)
        missed.push(...(await cutTogether(group.slice(from, from + together), lives)));
    open = missed;
  }
  report.missed = open.map(nameOfPlanned);
  return report;
}
