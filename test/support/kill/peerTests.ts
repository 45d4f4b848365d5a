import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExternalWorld, openExternalWorld, type ServersOfWorld } from './externalWorld.ts';
import { judgeWhole } from './judge.ts';
import { cutPeers, type PlannedCut, recordLife } from './peerCuts.ts';
import { peerPlans } from './peerPlans.ts';
import { say } from './say.ts';

/**
 * `kill -9` at requests to authorization server and secret store that clean lives make, before they are forwarded and
 * after their answer; the judge is the authorization server's own list of clients.
 */
export function testPeerCuts(
  servers: ServersOfWorld,
  choose: (cuts: readonly PlannedCut[]) => readonly PlannedCut[],
  timeout: number,
): void {
  let world: ExternalWorld;
  const recorded: PlannedCut[] = [];

  beforeAll(async () => {
    world = await openExternalWorld(servers, 'peers');
    for (const [name, { kind }] of Object.entries(peerPlans)) await world.prepare([name], {}, kind);
    await world.running.start();
  });

  afterAll(async () => {
    await world?.close();
  });

  test.each(Object.entries(peerPlans))('a clean life is recorded, and loses nothing: %s', async (name, plan) => {
    const { cuts, problems } = await recordLife(world, plan, name);
    expect(problems).toEqual([]);
    for (const phase of plan.cutIn) {
      const count = cuts.filter(({ cut }) => cut.phase === phase).length;
      say(`Cut points of authorization server and secret store in ${phase}, ${name}: ${count}`);
      expect(count).toBeGreaterThan(0);
    }
    recorded.push(...cuts);
  });

  test('every registration survives the death of the product at each of its requests', { timeout }, async () => {
    const cuts = choose(recorded);
    const report = await cutPeers(world, cuts, say);
    say(`Killed at ${report.reached.length} of ${recorded.length} cut points of authorization server and secret store`);
    for (const cut of report.missed) say(`Not reached: ${cut}`);
    expect(report.problems).toEqual([]);
    expect(report.missed).toEqual([]);
    expect(await judgeWhole(world.books)).toEqual([]);
  });
}
