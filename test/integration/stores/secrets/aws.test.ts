import { describe, expect, it } from 'vitest';
import { mostKept } from '../../../../domain/ports/secretStore.ts';
import { createAwsSecretStore } from '../../../../stores/secrets/aws.ts';
import { versionIdOf } from '../../../../stores/secrets/versionId.ts';
import { StrictSecretsManager } from './strictSecretsManager.ts';

const name = 'smart/tenant/app/production/main/client';
const [v1, v2, v3] = ['one', 'two', 'three'].map((intent) => versionIdOf(intent, 'client')) as [string, string, string];
const value = (secret: string) => ({ client_secret: secret });
const cut = () => Object.assign(new Error('socket hang up'), { name: 'Error', code: 'ECONNRESET' });

interface Step {
  readonly what: string;
  run(store: ReturnType<typeof createAwsSecretStore>): Promise<void>;
}

/** A life of one secret: every step is repeated until it succeeds, as an activity would. */
const life: Step[] = [
  { what: 'first put', run: (store) => store.put(name, v1, value('a')) },
  { what: 'promote the first', run: (store) => store.promote(name, v1, null) },
  { what: 'second put', run: (store) => store.put(name, v2, value('b')) },
  { what: 'promote the second', run: (store) => store.promote(name, v2, v1) },
  { what: 'remove', run: (store) => store.remove(name) },
  { what: 'put again', run: (store) => store.put(name, v3, value('c')) },
  { what: 'promote again', run: (store) => store.promote(name, v3, null) },
];

async function live(server: StrictSecretsManager): Promise<void> {
  const store = createAwsSecretStore({ client: server.client() });
  for (const step of life) {
    await step.run(store).catch(() => step.run(store));
  }
}

describe('AWS: a process that dies between two calls', () => {
  it('ends in the same state wherever a connection is cut, before the call and after it', async () => {
    const clean = new StrictSecretsManager();
    await live(clean);
    const expected = clean.secrets.get(name);
    expect(expected?.stages.get('AWSCURRENT')).toEqual(new Set([v3]));
    expect(expected?.stages.get('AWSPREVIOUS')).toEqual(new Set([v2]));
    expect(expected?.tags).toEqual(new Map([['managed-by', 'smart-registrar']]));
    const cuts = clean.calls.flatMap((_call, index) => [
      { index, hook: 'before' as const },
      { index, hook: 'after' as const },
    ]);
    for (const { index, hook } of cuts) {
      const server = new StrictSecretsManager();
      let seen = 0;
      server[hook] = () => {
        seen += 1;
        if (seen === index + 1) throw cut();
      };
      await live(server);
      const after = server.secrets.get(name);
      const where = `${hook} call ${index} (${clean.calls[index]})`;
      expect(after?.stages.get('AWSCURRENT'), where).toEqual(expected?.stages.get('AWSCURRENT'));
      expect(after?.stages.get('AWSPREVIOUS'), where).toEqual(expected?.stages.get('AWSPREVIOUS'));
      expect(after?.stages.get('AWSPENDING') ?? new Set(), where).toEqual(new Set());
      expect(after?.contents, where).toEqual(expected?.contents);
      expect(after?.tags, where).toEqual(expected?.tags);
      expect(after?.deletedAt, where).toBeNull();
    }
    expect(cuts.length).toBeGreaterThan(30);
  });
});

describe('AWS: a version without a label', () => {
  it('may be gone, and one that was pending before another is not', async () => {
    const server = new StrictSecretsManager();
    server.dropsUnlabelled = true;
    const store = createAwsSecretStore({ client: server.client() });
    await store.put(name, v1, value('a'));
    await store.put(name, v2, value('b'));
    await store.put(name, v3, value('c'));
    expect(await store.get(name, { versionId: v2 })).toEqual({ versionId: v2, value: value('b') });
    await store.promote(name, v3, v1);
    await store.release(name, v2);
    expect(await store.get(name, { versionId: v2 })).toBeNull();
    expect(await store.get(name, { stage: 'previous' })).toEqual({ versionId: v1, value: value('a') });
  });

  it('is the oldest one where there are more than may be kept', async () => {
    const server = new StrictSecretsManager();
    server.dropsUnlabelled = true;
    const store = createAwsSecretStore({ client: server.client() });
    const ids = Array.from({ length: mostKept + 4 }, (_, index) => versionIdOf(`kept-${index}`, 'client'));
    for (const id of ids) {
      await store.put(name, id, value(id));
      server.pass(1000);
    }
    const gone = [];
    for (const id of ids) if ((await store.get(name, { versionId: id })) === null) gone.push(ids.indexOf(id));
    expect(gone).toEqual([1, 2]);
    expect(server.mostLabels).toBeLessThanOrEqual(20);
  });
});
