import { describe, expect, it } from 'vitest';
import { createPayloadCodec, PayloadRefusedError } from '../../../../runtime/temporal/codec.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';

const ring = () => createKeyring(parseMasterKey(generateMasterKey()));
const codec = createPayloadCodec(ring().sealer('codec'));
const workflow = { type: 'workflow', namespace: 'n', workflowId: 'w' } as const;
const activity = { type: 'activity', namespace: 'n', workflowId: 'w', activityId: '1', isLocal: false } as const;
const payload = {
  metadata: { encoding: Buffer.from('json/plain'), messageType: Buffer.from('m') },
  data: Buffer.from('"planted"'),
};

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PayloadRefusedError)) throw new Error(`expected a refusal, got ${String(error)}`);
  expect(error.message).not.toContain('planted');
  return error.code;
}

describe('payload codec', () => {
  it('gives back metadata and data, between a workflow and its activity too', async () => {
    const sealed = await codec.encode([payload, { metadata: {}, data: null }], workflow);
    expect(sealed.map((each) => Buffer.from(each.metadata?.['encoding'] ?? []).toString())).toEqual([
      'binary/encrypted',
      'binary/encrypted',
    ]);
    expect(Buffer.from(sealed[0]?.data ?? []).includes('planted')).toBe(false);
    const [opened, empty] = await codec.decode(sealed, activity);
    expect(Buffer.from(opened?.data ?? []).toString()).toBe('"planted"');
    expect(Buffer.from(opened?.metadata?.['encoding'] ?? []).toString()).toBe('json/plain');
    expect(Buffer.from(opened?.metadata?.['messageType'] ?? []).toString()).toBe('m');
    expect(empty?.data ?? new Uint8Array()).toHaveLength(0);
  });

  it.each([
    ['another workflow', { ...workflow, workflowId: 'w2' }],
    ['another namespace', { ...workflow, namespace: 'n2' }],
    ['shifted parts', { ...workflow, namespace: 'nw', workflowId: 'w'.slice(1) || 'x' }],
  ])('refuses a payload of %s', async (_name, context) => {
    const sealed = await codec.encode([payload], workflow);
    expect(await refusal(codec.decode(sealed, context))).toBe('rejected');
  });

  it('refuses what it did not encrypt', async () => {
    expect(await refusal(codec.decode([payload], workflow))).toBe('not-sealed');
    expect(await refusal(codec.decode([{ data: payload.data }], workflow))).toBe('not-sealed');
    const forged = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: payload.data };
    expect(await refusal(codec.decode([forged], workflow))).toBe('not-sealed');
    const other = await createPayloadCodec(ring().sealer('codec')).encode([payload], workflow);
    expect(await refusal(codec.decode(other, workflow))).toBe('unknown-key');
  });

  it('encodes what belongs to no workflow, so that no worker ends by it, and no workflow takes it', async () => {
    const standalone = { type: 'activity', namespace: 'n', activityId: 'w', isLocal: false } as const;
    for (const context of [undefined, standalone]) {
      const sealed = await codec.encode([payload], context);
      expect(Buffer.from((await codec.decode(sealed, context))[0]?.data ?? []).toString()).toBe('"planted"');
      expect(await refusal(codec.decode(sealed, workflow))).toBe('rejected');
      expect(await refusal(codec.decode(await codec.encode([payload], workflow), context))).toBe('rejected');
    }
  });

  it('has nothing to do without payloads', async () => {
    expect(await codec.encode([])).toEqual([]);
    expect(await codec.decode([])).toEqual([]);
  });
});
