import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { type EmbeddedWorld, openEmbeddedWorld } from '../../support/kill/embeddedWorld.ts';
import { killAtRandom } from '../../support/kill/randomKills.ts';
import { say } from '../../support/kill/say.ts';
import { seededRandom, seedOfRun } from '../../support/kill/seeded.ts';

const kills = 100;

/** `kill -9` of everything embedded at random times; the seed is printed, and given by REGISTRAR_TEST_SEED. */
describeWith(['temporal', 'oidc-provider'], 'Everything embedded, killed 100 times', ({ temporal }) => {
  let world: EmbeddedWorld;

  beforeAll(async () => {
    world = await openEmbeddedWorld(temporal);
  });

  afterAll(async () => {
    await world?.close();
  });

  test('every client is held, deleted or listed, and every registration ends', async () => {
    const seed = seedOfRun();
    say(`Random kills start from seed ${seed}`);
    const report = await killAtRandom(world, kills, seededRandom(seed));
    const { engineKills, early, lives, clients, listed, lost } = report;
    say(
      `${kills} kills (${engineKills} with the engine, ${early} while starting) over ${lives} registrations: ` +
        `${clients} clients made, ${lost} answers lost, ${listed} clients listed`,
    );
    expect(report.problems).toEqual([]);
    expect(lives).toBeGreaterThan(0);
  });
});
