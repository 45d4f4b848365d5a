import { afterAll, beforeAll, expect, test } from 'vitest';
import { managementSecretName, parseRegistrationId } from '../../../domain/ids.ts';
import { describeWith } from '../../support/describeWith.ts';
import { type ExternalWorld, openExternalWorld } from '../../support/kill/externalWorld.ts';
import { judgeActive, judgeRetired, remains } from '../../support/kill/judge.ts';
import type { CutPoint } from '../../support/kill/watch.ts';
import { waitFor } from '../../support/waitFor.ts';

const post: CutPoint = { phase: 'onboarding', label: 'authorization-server POST /reg #1', point: 'after' };
const put: CutPoint = { phase: 'rotation', label: 'authorization-server PUT /reg/{client} #1', point: 'after' };

/** Moments at which a client would be lost that nobody misses at once. */
describeWith(['moto', 'postgres', 'temporal', 'oidc-provider'], 'The moment of an answer', (servers) => {
  let world: ExternalWorld;

  beforeAll(async () => {
    world = await openExternalWorld(servers, 'peers');
    await world.prepare(['posted', 'updated']);
    await world.prepare(['forgotten'], { overlap: 0 });
    await world.running.start();
  });

  afterAll(async () => {
    await world?.close();
  });

  test.for([
    { name: 'posted', cut: post },
    { name: 'updated', cut: put },
  ])('a stop waits for the answer under way, and stores it: $name', async ({ name, cut }) => {
    const life = await world.life(name);
    if (cut === put) await life.onboard();
    const trap = world.watch.set(life.tenantId, cut);
    const run = cut === put ? life.rotate() : life.onboard();
    await waitFor(() => trap.holds(), { what: 'the answer to be held' });
    const stopped = world.running.stop();
    await waitFor(async () => (await world.running.product.log()).includes('shutdown.started'), {
      what: 'the shutdown',
    });
    expect(trap.holds()).toBe(true);
    world.watch.clear('go-on');
    expect(await stopped).toBe(0);
    expect(await remains(world.books, life)).toEqual({ clients: 1, listed: [], unanswered: [] });
    await world.running.start();
    await run;
    expect(await judgeActive(world.books, life)).toEqual([]);
    await life.retire();
    expect(await judgeRetired(world.books, life)).toEqual([]);
    expect(await remains(world.books, life)).toEqual({ clients: 1, listed: [], unanswered: [] });
  });

  test('a client whose new token and new secret were lost is listed, never called deleted', async () => {
    const life = await world.life('forgotten');
    await life.onboard();
    const trap = world.watch.set(life.tenantId, put);
    const run = life.rotate();
    await waitFor(() => trap.holds(), { what: 'the answer to be held' });
    await world.running.kill();
    world.watch.clear();
    await world.running.start();
    expect(await run).toBe('lost');
    const clientId = (await life.view())?.credential?.clientId;
    await life.retire();
    expect(await judgeRetired(world.books, life)).toEqual([]);
    expect(await remains(world.books, life)).toEqual({ clients: 1, listed: [clientId], unanswered: ['update'] });
    const key = parseRegistrationId(life.registrationId);
    expect(key && (await world.books.secrets.get(managementSecretName(key), { stage: 'current' }))).not.toBeNull();
  });
});
