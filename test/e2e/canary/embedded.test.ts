import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accounts } from '../../support/canary/accounts.ts';
import { logs } from '../../support/canary/channels.ts';
import { collectFiles, collectTables } from '../../support/canary/collect.ts';
import { missedLeaks } from '../../support/canary/leaks.ts';
import { bytesOf, CanaryScanner, type Channel, summaryOf } from '../../support/canary/scanner.ts';
import { onboard, operate, putApplication, settled } from '../../support/canary/scenario.ts';
import { CanaryWorld } from '../../support/canary/world.ts';
import { describeWith } from '../../support/describeWith.ts';

/** The same with everything embedded, as `npm start` has it: secrets rest in the data directory, sealed. */
describeWith('temporal', 'planted secrets in the data directory', ({ temporal }) => {
  const world = new CanaryWorld({ temporal });
  let channels: readonly Channel[];

  beforeAll(async () => {
    await world.start();
    await putApplication(world);
    await onboard(world, ['careless', 'cut']);
    await settled(world, 'careless');
    await settled(world, 'cut');
    await accounts(world);
    await operate(world, 'careless', '/rotate', 'credential.rotation-deferred');
    await operate(world, 'careless', '/rotate', 'credential.rotated');
    // The files as they are while it runs; the tables once nobody else has them open.
    const running = await collectFiles(world.dataDir, ['master-key']);
    expect(await world.product.stop()).toBe(0);
    const stopped = await collectFiles(world.dataDir, ['master-key']);
    channels = [
      { name: 'data directory, running and stopped', parts: [...running, ...stopped], minimum: 50_000_000 },
      { name: 'embedded database dump', parts: await dump(), minimum: 30_000 },
      { name: 'logs of the embedded product', parts: await logs(world), minimum: 10_000 },
    ];
  });
  afterAll(() => world.stop());

  async function dump() {
    const database = await PGlite.create(join(world.dataDir, 'database'));
    try {
      return await collectTables(async (statement) => (await database.query<Record<string, unknown>>(statement)).rows);
    } finally {
      await database.close();
    }
  }

  test('the sealed secrets are there', () => {
    const versions = channels[1]?.parts.find(({ source }) => source.endsWith('secret_versions'));
    expect(Buffer.from(versions?.bytes ?? []).toString()).toContain('smart/careless/portal/production/main/client');
  });

  test('none of them can be read', () => {
    const scanner = new CanaryScanner(world.plant.canaries);
    for (const channel of channels)
      process.stdout.write(`canary: ${channel.name}: ${bytesOf(channel)} bytes scanned\n`);
    expect(channels.filter((channel) => bytesOf(channel) < channel.minimum).map(({ name }) => name)).toEqual([]);
    expect(channels.flatMap((channel) => summaryOf(channel.name, scanner.scan(channel)))).toEqual([]);
  });

  test('each encoding would have been found', () => {
    const canary = world.plant.canaries.find(({ name }) => name.includes('client secret of'));
    if (canary === undefined) throw new Error('no client secret was planted');
    const scanner = new CanaryScanner([canary]);
    for (const channel of channels) expect(missedLeaks(scanner, channel, canary)).toEqual([]);
  });
});
