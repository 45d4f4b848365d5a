import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditContent,
  type ChainHead,
  type Entry,
  genesis,
  isGenuineAnchor,
  judgeLink,
  type Link,
  makeAnchor,
  nextLink,
  toEntry,
  viewHash,
} from '../../../../../stores/records/audit/chain.ts';

const macBy = (key: string) => (data: string) => createHmac('sha256', key).update(data).digest('hex');
const mac = macBy('ours');
const verifyMac = (data: string, given: string) => mac(data) === given;

const content: AuditContent = {
  subjectKind: 'registration',
  subjectId: 't.a.production.main',
  sequence: 1,
  at: '2026-11-21T09:00:00Z',
  type: 'registration.created',
  actor: 'system',
  reason: null,
  message: 'The registration was added.',
  operationId: null,
  changes: { phase: { from: null, to: 'discovering' } },
  viewSha256: viewHash({}),
};

function chainOf(contents: readonly AuditContent[], key = mac): { entry: Entry; link: Link }[] {
  let head: ChainHead = genesis;
  return contents.map((one) => {
    const entry = toEntry(one);
    const link = nextLink(head, entry.hash, key);
    head = link;
    return { entry, link };
  });
}

describe('audit chain', () => {
  it('is good as it was made', () => {
    const chain = chainOf([content, { ...content, sequence: 2 }, { ...content, sequence: 3 }]);
    for (const [index, { entry, link }] of chain.entries())
      expect(judgeLink(chain[index - 1]?.link ?? genesis, entry.content, link, verifyMac)).toBeNull();
  });

  it.each([
    ['subjectId', 'other'],
    ['sequence', 2],
    ['at', '2026-11-21T09:00:01.000Z'],
    ['type', 'registration.retired'],
    ['actor', 'key:other'],
    ['reason', 'Pending'],
    ['message', 'other'],
    ['operationId', 'other'],
    ['changes', null],
    ['viewSha256', null],
    ['subjectKind', 'tenant'],
  ] as const)('shows another %s', (member, value) => {
    const [{ entry, link }] = chainOf([content]) as [{ entry: Entry; link: Link }];
    expect(judgeLink(genesis, { ...entry.content, [member]: value }, link, verifyMac)).toBe('content-changed');
  });

  it('shows a chain that was made anew without the key', () => {
    const [{ entry, link }] = chainOf([{ ...content, actor: 'forged' }], macBy('theirs')) as [
      { entry: Entry; link: Link },
    ];
    expect(judgeLink(genesis, entry.content, link, verifyMac)).toBe('mac-differs');
  });

  it('shows a link out of place', () => {
    const [first, second] = chainOf([content, { ...content, sequence: 2 }]) as [
      { entry: Entry; link: Link },
      { entry: Entry; link: Link },
    ];
    expect(judgeLink(genesis, second.entry.content, second.link, verifyMac)).toBe('position-missing');
    const moved = { ...second.link, position: 1 };
    expect(judgeLink(genesis, second.entry.content, moved, verifyMac)).toBe('previous-hash-differs');
    const rehung = { ...moved, previousHash: genesis.hash };
    expect(judgeLink(genesis, second.entry.content, rehung, verifyMac)).toBe('hash-differs');
    expect(judgeLink(first.link, second.entry.content, second.link, verifyMac)).toBeNull();
  });

  it('hashes what the database gives back as what was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false }), (message, changes) => {
        const entry = toEntry({ ...content, message, changes });
        expect(toEntry(JSON.parse(JSON.stringify(entry.content)) as AuditContent).hash).toBe(entry.hash);
      }),
    );
  });

  it('signs an anchor as a whole', () => {
    const anchor = makeAnchor({ position: 7, hash: 'a'.repeat(64) }, '2026-11-21T09:00:00.000Z', mac);
    expect(isGenuineAnchor(anchor, verifyMac)).toBe(true);
    for (const change of [
      { position: 6 },
      { hash: 'b'.repeat(64) },
      { at: '2026-11-21T10:00:00.000Z' },
      { mac: mac('x') },
    ])
      expect(isGenuineAnchor({ ...anchor, ...change }, verifyMac)).toBe(false);
  });
});
