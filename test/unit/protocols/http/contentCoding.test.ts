import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CodingError, codingOf, undo } from '../../../../protocols/http/contentCoding.ts';

const text = JSON.stringify({ client_id: 'c1' });

describe('a content coding that was not asked for', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('%s is undone', async (coding, compress) => {
    expect(codingOf(coding.toUpperCase())).toBe(coding);
    expect((await undo(coding, compress(text), 1000)).toString()).toBe(text);
  });

  it.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['gzip, br', 'unknown'],
    ['toString', 'unknown'],
  ])('named %s is read as %s', (header, coding) => {
    expect(codingOf(header)).toBe(coding);
  });

  it('stops at the limit, however small the body was', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const outcome = await undo('gzip', bomb, 64 * 1024).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(CodingError);
    expect(outcome).toMatchObject({ tooLarge: true });
  });

  it.each(['gzip', 'br'])('that is none after all is told: %s', async (coding) => {
    await expect(undo(coding, Buffer.from('plain text'), 1000)).rejects.toMatchObject({ tooLarge: false });
  });
});
