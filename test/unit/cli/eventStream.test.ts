import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEventStream, type StreamMessage } from '../../../cli/eventStream.ts';

async function parse(...chunks: string[]): Promise<StreamMessage[]> {
  async function* source() {
    yield* chunks;
  }
  const messages: StreamMessage[] = [];
  for await (const message of parseEventStream(source())) messages.push(message);
  return messages;
}

describe('parseEventStream', () => {
  test.each<[string, string, StreamMessage[]]>([
    ['a message', 'id: 7\nevent: credential.proved\ndata: {"a":1}\n\n', [{ id: '7', data: '{"a":1}' }]],
    ['comments and retry', 'retry: 2000\n\n: waiting\n\ndata: x\n\n', [{ id: null, data: 'x' }]],
    ['lines of data', 'data: one\ndata: two\n\n', [{ id: null, data: 'one\ntwo' }]],
    ['data without a space, with a colon', 'data:a: b\n\n', [{ id: null, data: 'a: b' }]],
    [
      'an id that stays',
      'id: 1\ndata: a\n\ndata: b\n\n',
      [
        { id: '1', data: 'a' },
        { id: '1', data: 'b' },
      ],
    ],
    [
      'every kind of line end',
      'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
      ['a', 'b', 'c'].map((data) => ({ id: null, data })),
    ],
    ['a message that was cut off', 'data: a\n\ndata: b\n', [{ id: null, data: 'a' }]],
    ['an id with U+0000', 'id: 1\nid: 2\0\ndata: a\n\n', [{ id: '1', data: 'a' }]],
  ])('%s', async (_name, text, messages) => {
    expect(await parse(text)).toEqual(messages);
  });

  test('chunks may end anywhere', async () => {
    const text = 'id: 1\r\ndata: {"message":"é"}\r\n\r\nid: 2\ndata: b\n\n';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(await parse(...chunks)).toEqual([
          { id: '1', data: '{"message":"é"}' },
          { id: '2', data: 'b' },
        ]);
      }),
    );
  });
});
