import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  mostKept,
  type SecretStore,
  SecretStoreError,
  type SecretVersionInfo,
} from '../../../../domain/ports/secretStore.ts';
import { versionIdOf } from '../../../../stores/secrets/versionId.ts';

const [v1, v2, v3] = ['one', 'two', 'three'].map((intent) => versionIdOf(intent, 'client')) as [string, string, string];
const canary = 'planted-secret-value';
const first = { client_id: 'c', client_secret: `${canary}-1`, redirect_uris: ['https://a.example/cb'] };
const second = { ...first, client_secret: `${canary}-2` };
const third = { ...first, client_secret: `${canary}-3` };

function freshName(): string {
  return `smart/tenant-${randomUUID().slice(0, 8)}/app/production/main/client`;
}

async function errorOf(work: Promise<unknown>): Promise<SecretStoreError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SecretStoreError)) throw new Error(`expected a SecretStoreError, got ${String(error)}`);
  expect(error.cause).toBeUndefined();
  expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain(canary);
  return error;
}

function byStage(versions: SecretVersionInfo[] | null): Record<string, string> {
  return Object.fromEntries((versions ?? []).flatMap((each) => each.stages.map((stage) => [stage, each.versionId])));
}

/** What every secret store does (DESIGN sections 4 and 7); call it inside a describe. */
export function secretStoreContract(storeOf: () => SecretStore): void {
  it('answers null for a name that was never written', async () => {
    const store = storeOf();
    const name = freshName();
    expect(await store.get(name, { stage: 'current' })).toBeNull();
    expect(await store.get(name, { versionId: v1 })).toBeNull();
    expect(await store.describe(name)).toBeNull();
    expect((await errorOf(store.promote(name, v1, null))).code).toBe('not-found');
    await store.remove(name);
  });

  it('makes the first version current at once and later ones pending', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first, { tenant: 't', application: 'app' });
    expect(await store.get(name, { stage: 'current' })).toEqual({ versionId: v1, value: first });
    expect(await store.get(name, { stage: 'pending' })).toBeNull();
    await store.put(name, v2, second);
    expect(await store.get(name, { stage: 'current' })).toEqual({ versionId: v1, value: first });
    expect(await store.get(name, { stage: 'pending' })).toEqual({ versionId: v2, value: second });
    expect(await store.get(name, { versionId: v2 })).toEqual({ versionId: v2, value: second });
    expect(byStage(await store.describe(name))).toEqual({ current: v1, pending: v2 });
  });

  it('promotes: pending becomes current, current becomes previous', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    await store.put(name, v2, second);
    await store.promote(name, v2, v1);
    expect(await store.get(name, { stage: 'current' })).toEqual({ versionId: v2, value: second });
    expect(await store.get(name, { stage: 'previous' })).toEqual({ versionId: v1, value: first });
    expect(await store.get(name, { stage: 'pending' })).toBeNull();
    await store.put(name, v3, third);
    await store.promote(name, v3, v2);
    expect(await store.get(name, { stage: 'previous' })).toEqual({ versionId: v2, value: second });
    expect(await store.get(name, { versionId: v1 })).toEqual({ versionId: v1, value: first });
  });

  it('puts the same content under the same version id once, wherever that version stands', async () => {
    const store = storeOf();
    const name = freshName();
    const reordered = Object.fromEntries(Object.entries(first).reverse());
    await store.put(name, v1, first);
    await store.put(name, v1, reordered);
    await store.put(name, v2, second);
    await store.put(name, v2, second);
    await store.promote(name, v2, v1);
    await store.put(name, v2, second);
    await store.put(name, v1, first);
    expect(byStage(await store.describe(name))).toEqual({ current: v2, previous: v1 });
  });

  it('refuses other content under a version id that exists', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    expect((await errorOf(store.put(name, v1, second))).code).toBe('conflict');
    await store.put(name, v2, second);
    expect((await errorOf(store.put(name, v2, third))).code).toBe('conflict');
    expect(await store.get(name, { stage: 'current' })).toEqual({ versionId: v1, value: first });
    expect(await store.get(name, { stage: 'pending' })).toEqual({ versionId: v2, value: second });
  });

  it('promotes by compare-and-swap and repeatably', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    await store.promote(name, v1, null);
    await store.put(name, v2, second);
    expect((await errorOf(store.promote(name, v2, v3))).code).toBe('conflict');
    expect((await errorOf(store.promote(name, v2, null))).code).toBe('conflict');
    expect((await errorOf(store.promote(name, v3, v1))).code).toBe('not-found');
    expect(byStage(await store.describe(name))).toEqual({ current: v1, pending: v2 });
    await store.promote(name, v2, v1);
    await store.promote(name, v2, v1);
    expect((await errorOf(store.promote(name, v1, v1))).code).toBe('conflict');
    expect(byStage(await store.describe(name))).toEqual({ current: v2, previous: v1 });
  });

  it('lets a newer pending version take the place of an older one and keeps both', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    await store.put(name, v2, second);
    await store.put(name, v3, third);
    expect(byStage(await store.describe(name))).toEqual({ current: v1, pending: v3 });
    expect(await store.get(name, { versionId: v2 })).toEqual({ versionId: v2, value: second });
    await store.promote(name, v2, v1);
    expect(byStage(await store.describe(name))).toEqual({ current: v2, pending: v3, previous: v1 });
  });

  it('lets one of two concurrent promotions win', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    await store.put(name, v2, second);
    await store.put(name, v3, third);
    const results = await Promise.allSettled([store.promote(name, v2, v1), store.promote(name, v3, v1)]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = results[0]?.status === 'fulfilled' ? v2 : v3;
    expect(byStage(await store.describe(name))).toMatchObject({ current: winner, previous: v1 });
  });

  it('lets concurrent puts of one version be one version', async () => {
    const store = storeOf();
    const name = freshName();
    await Promise.all([1, 2, 3].map(() => store.put(name, v1, first)));
    expect(byStage(await store.describe(name))).toEqual({ current: v1 });
  });

  it('lets one of two concurrent first versions be current and the other one pending', async () => {
    const store = storeOf();
    const name = freshName();
    await Promise.all([store.put(name, v1, first), store.put(name, v2, second)]);
    const { current, pending } = byStage(await store.describe(name));
    expect([current, pending].sort()).toEqual([v1, v2].sort());
    expect(await store.get(name, { versionId: v1 })).toEqual({ versionId: v1, value: first });
    expect(await store.get(name, { versionId: v2 })).toEqual({ versionId: v2, value: second });
  });

  it('hides what was removed, and starts anew when it is written again', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    await store.put(name, v2, second);
    await store.promote(name, v2, v1);
    await store.remove(name);
    await store.remove(name);
    expect(await store.get(name, { stage: 'current' })).toBeNull();
    expect(await store.get(name, { versionId: v1 })).toBeNull();
    expect(await store.describe(name)).toBeNull();
    expect((await errorOf(store.promote(name, v1, v2))).code).toBe('not-found');
    await store.put(name, v3, third);
    await store.promote(name, v3, null);
    expect(byStage(await store.describe(name))).toEqual({ current: v3, previous: v2 });
    const v4 = versionIdOf('four', 'client');
    await store.put(name, v4, first);
    expect(byStage(await store.describe(name))).toEqual({ current: v3, previous: v2, pending: v4 });
  });

  it('tells when a version was made', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    const [version] = (await store.describe(name)) ?? [];
    expect(Math.abs((version?.createdAt ?? 0) - Date.now())).toBeLessThan(300_000);
  });

  it('refuses values, names and version ids that not every store takes', async () => {
    const store = storeOf();
    const name = freshName();
    expect((await errorOf(store.put(name, v1, { client_secret: canary.repeat(4000) }))).code).toBe('refused');
    expect((await errorOf(store.put(name, 'short', first))).code).toBe('refused');
    expect((await errorOf(store.put('a name', v1, first))).code).toBe('refused');
    expect(await store.describe(name)).toBeNull();
  });

  it('keeps a version that lost its stage until it is let go', async () => {
    const store = storeOf();
    const name = freshName();
    await store.put(name, v1, first);
    await store.put(name, v2, second);
    await store.keep(name, v2);
    await store.keep(name, v2);
    await store.put(name, v3, third);
    const kept = async () =>
      (await store.describe(name))?.filter((each) => each.kept).map(({ versionId }) => versionId);
    expect(await kept()).toEqual([v2]);
    expect(await store.get(name, { versionId: v2 })).toEqual({ versionId: v2, value: second });
    expect(byStage(await store.describe(name))).toEqual({ current: v1, pending: v3 });
    await store.promote(name, v2, v1);
    expect(byStage(await store.describe(name))).toMatchObject({ current: v2, previous: v1 });
    await store.release(name, v2);
    await store.release(name, v2);
    expect(await kept()).toEqual([]);
    expect((await errorOf(store.keep(name, versionIdOf('nothing', 'client')))).code).toBe('not-found');
  });

  it('keeps by itself what stops being pending, until it is promoted', async () => {
    const store = storeOf();
    const name = freshName();
    const keptNow = async () =>
      (await store.describe(name))?.filter((each) => each.kept).map(({ versionId }) => versionId);
    await store.put(name, v1, first);
    await store.put(name, v2, second);
    expect(await keptNow()).toEqual([]);
    await store.put(name, v3, third);
    await store.put(name, v3, third);
    expect(await keptNow()).toEqual([v2]);
    expect(await store.get(name, { versionId: v2 })).toEqual({ versionId: v2, value: second });
    await store.promote(name, v2, v1);
    expect(await keptNow()).toEqual([]);
    expect(byStage(await store.describe(name))).toEqual({ current: v2, previous: v1, pending: v3 });
  });

  it('keeps so many, and no more', async () => {
    const store = storeOf();
    const name = freshName();
    const ids = Array.from({ length: mostKept + 4 }, (_, index) => versionIdOf(`kept-${index}`, 'client'));
    for (const id of ids) await store.put(name, id, { ...first, client_secret: `${canary}-${id}` });
    const kept = (await store.describe(name))?.filter((each) => each.kept) ?? [];
    expect(kept).toHaveLength(mostKept);
    expect(kept.map(({ versionId }) => versionId)).toContain(ids.at(-2));
    expect(byStage(await store.describe(name))).toEqual({ current: ids[0], pending: ids.at(-1) });
  });

  it.each([
    [25_000, null],
    [25_001, 'refused'],
  ] as const)('takes a document of %i bytes: %s', async (bytes, code) => {
    const store = storeOf();
    const name = freshName();
    const value = { client_secret: 'x'.repeat(bytes - '{"client_secret":""}'.length) };
    if (code === null) await store.put(name, v1, value);
    else expect((await errorOf(store.put(name, v1, value))).code).toBe(code);
  });

  it('can be checked', async () => {
    await storeOf().check();
  });
}
