import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Client, Connection } from '@temporalio/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accounts } from '../../support/canary/accounts.ts';
import {
  namespace,
  plantPrivateKeys,
  readChannels,
  secretsClient,
  storedKeySets,
  storedSecrets,
  temporalAddress,
} from '../../support/canary/channels.ts';
import { allExecutions } from '../../support/canary/histories.ts';
import { missedLeaks } from '../../support/canary/leaks.ts';
import { manners } from '../../support/canary/peer.ts';
import { bytesOf, CanaryScanner, type Channel, summaryOf } from '../../support/canary/scanner.ts';
import {
  crash,
  keysAndSession,
  mistakes,
  onboard,
  operate,
  putApplication,
  registrationAt,
  repeat,
  settled,
  supply,
  visit,
} from '../../support/canary/scenario.ts';
import { CanaryWorld } from '../../support/canary/world.ts';
import { describeWith } from '../../support/describeWith.ts';
import { Product } from '../../support/product.ts';
import { launch } from '../dashboard/browser.ts';

/**
 * Plants secrets, lets the whole product work with them at health systems that repeat them in every answer, and then
 * searches everything that the product wrote, sent or showed.
 */
describeWith(['postgres', 'moto', 'temporal', 'chromium'], 'planted secrets', (servers) => {
  const world = new CanaryWorld(servers);
  let browser: Browser;
  let page: Page;
  let channels: readonly Channel[];

  beforeAll(async () => {
    await world.start();
    browser = await launch(servers.chromium.executablePath);
    await live();
    channels = await readChannels(world, page);
  });
  afterAll(async () => {
    await browser?.close();
    await world.stop();
  });

  /** Onboarding, every kind of refusal, a crash, rotations, operations, mistakes, the page, retirement. */
  async function live(): Promise<void> {
    await putApplication(world);
    const others = manners.filter((manner) => manner !== 'interrupted');
    await onboard(world, others);
    for (const manner of others) await settled(world, manner);
    plantPrivateKeys(world);
    for (const { jwks_id: opaque } of storedKeySets(world)) await world.api.ok('GET', `/jwks/${opaque}`);
    await operate(world, 'asymmetric', '/verify', 'credential.proved');
    await crash(world);
    await operate(world, 'careless', '/rotate', 'credential.rotation-deferred');
    await operate(world, 'careless', '/rotate', 'credential.rotated');
    await operate(world, 'careless', '/verify', 'credential.proved');
    await operate(world, 'stubborn', '/rotate', 'credential.rotation-failed');
    await operate(world, 'stubborn', '/rotate', 'credential.rotation-failed');
    await supply(world);
    await repeat(world);
    await accounts(world);
    await keysAndSession(world);
    await mistakes(world);
    page = await visit(world, browser);
    await settled(world, 'interrupted');
    await operate(world, 'careless', '', 'registration.retired');
    await operate(world, 'stubborn', '', 'registration.retired');
    await operate(world, 'asymmetric', '', 'registration.retired');
  }

  test('the secrets were in play: sent to the health systems, and kept in the secret store', () => {
    const names = world.plant.canaries.map(({ name }) => name);
    const arrived = new Set(world.peer.received.map(({ secret }) => secret));
    const stored = storedSecrets(world);
    const used = world.plant.canaries.filter(({ value }) => arrived.has(value)).map(({ name }) => name);
    const kept = world.plant.canaries
      .filter(({ value }) => stored.includes(JSON.stringify(value)))
      .map(({ name }) => name);
    for (const manner of manners) {
      expect(used).toContain(`${manner}: initial access token`);
      expect(used).toContain(`${manner}: discovery header`);
    }
    for (const what of ['client secret of', 'client secret 2 of', 'registration access token of'])
      expect(used).toContainEqual(expect.stringMatching(`^careless: ${what}`));
    for (const what of ['client secret of', 'client secret 2 of', 'registration access token 3 of'])
      expect(kept).toContainEqual(expect.stringMatching(`^careless: ${what}`));
    for (const what of ['ES384: d', 'RS384: d', 'RS384: qi']) expect(kept).toContain(`private key ${what}`);
    for (const what of ['serviced: secret of', 'serviced: bearer of', 'administered: issued initial access token'])
      expect(used).toContainEqual(expect.stringMatching(`^${what}`));
    for (const what of [
      'redirecting: wrong client secret',
      'redirecting: client secret of',
      'redirecting: registration',
    ])
      expect(used).toContainEqual(expect.stringMatching(`^${what}`));
    expect(kept).toContainEqual(expect.stringMatching('^redirecting: client secret of'));
    expect(names.length).toBeGreaterThan(40);
  });

  test('none of them is anywhere else', () => {
    const scanner = new CanaryScanner(world.plant.canaries);
    for (const channel of channels)
      process.stdout.write(
        `canary: ${channel.name}: ${bytesOf(channel)} bytes in ${channel.parts.length} parts scanned\n`,
      );
    expect(channels.filter((channel) => bytesOf(channel) < channel.minimum).map(({ name }) => name)).toEqual([]);
    const found = channels.flatMap((channel) => summaryOf(channel.name, scanner.scan(channel)));
    expect(found).toEqual([]);
  });

  test('each encoding of each kind of secret would have been found on each channel', () => {
    const scanner = new CanaryScanner(world.plant.canaries);
    const kinds = [
      'initial access token',
      'client secret of',
      'registration access token of',
      'second API key',
      'private key',
    ];
    const canaries = kinds.map((kind) => world.plant.canaries.find(({ name }) => name.includes(kind)));
    for (const canary of canaries) {
      if (canary === undefined) throw new Error('a kind of secret was not planted');
      for (const channel of channels)
        expect({ channel: channel.name, missed: missedLeaks(scanner, channel, canary) }).toMatchObject({ missed: [] });
    }
  });

  test('a real leak at the source of each channel is found', async () => {
    const leaked = world.plant.token('deliberate leak');
    await leak(leaked);
    const scanner = new CanaryScanner(world.plant.canaries.filter(({ value }) => value === leaked));
    const leaking = await readChannels(world, page);
    const silent = leaking.filter((channel) => scanner.scan(channel).length === 0);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  /** A person types a secret where it is shown; programs put it where nobody should. */
  async function leak(secret: string): Promise<void> {
    const { api } = world;
    const path = `/v1/registrations/${registrationAt('interrupted')}`;
    await api.ok('POST', `${path}/verify`, { reason: `Pasted by mistake: ${secret}` });
    await api.until(registrationAt('interrupted'), 'is verified', () => true);
    await expect.poll(async () => JSON.stringify(await api.events(registrationAt('interrupted')))).toContain(secret);

    const connection = await Connection.connect({ address: await temporalAddress(world) });
    const client = new Client({ connection, namespace });
    await client.workflow.start('leak', { workflowId: 'leak', taskQueue: 'nobody', args: [secret] });
    await expect
      .poll(async () => (await allExecutions(connection, namespace)).map(({ workflowId }) => workflowId))
      .toContain('leak');
    await connection.close();

    const misconfigured = new Product({ dataDir: world.dataDir, environment: { REGISTRAR_LOG_LEVEL: secret } });
    expect(await misconfigured.exited).not.toBe(0);
    world.products.unshift(misconfigured);

    await writeFile(join(world.dataDir, 'core-dump'), secret);

    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', '--', secret]);
    await world.processes.look([child.pid ?? 0]);
    child.kill();
    await once(child, 'exit');

    const store = secretsClient(world.moto.url);
    await store.send(new CreateSecretCommand({ Name: `leak-${Date.now()}`, SecretString: '{}', Description: secret }));
    store.destroy();
  }
});
