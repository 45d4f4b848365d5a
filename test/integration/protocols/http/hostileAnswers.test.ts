import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clientFor, peer, rawPeer } from './peer.ts';

const head = 'HTTP/1.1 200 OK\r\n';

/** What the client says about an answer made of bytes. */
async function verdict(talk: Parameters<typeof rawPeer>[0], timeouts = {}, maxBytes = 1000): Promise<unknown> {
  const server = await rawPeer(talk);
  const client = clientFor([server.host], { timeouts });
  return client.request({ method: 'GET', url: `http://${server.host}/`, maxBytes }).catch((error: unknown) => error);
}

/** Writes pieces for as long as the peer's socket takes them. */
function forever(socket: Parameters<Parameters<typeof rawPeer>[0]>[0], piece: string, every = 0): void {
  const write = (): void => {
    if (socket.destroyed || !socket.writable) return;
    const more = (): void => void setTimeout(write, every);
    if (socket.write(piece)) more();
    else socket.once('drain', more);
  };
  write();
}

describe('hostile answers', () => {
  it.each([
    ['gzip', 'body-too-large'],
    ['GZIP', 'body-too-large'],
    ['br', 'encoding-refused'],
    ['deflate', 'encoding-refused'],
    ['zstd', 'encoding-refused'],
    ['identity, gzip', 'encoding-refused'],
    ['x-unknown', 'encoding-refused'],
  ])('content encoding %s of a bomb, or of nonsense, is refused: %s', async (encoding, code) => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const server = await peer((_hit, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb));
    const client = clientFor([server.host]);
    await expect(client.request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      code,
      requestSent: true,
    });
    await expect(client.fetchFor({ audience: [] })(server.url)).rejects.toMatchObject({ code });
  });

  it('content encoding identity is none', async () => {
    const server = await peer((_hit, response) =>
      response.writeHead(200, { 'content-encoding': 'Identity' }).end('plain'),
    );
    expect(await clientFor([server.host]).request({ method: 'GET', url: server.url })).toMatchObject({ body: 'plain' });
  });

  it('a compressed transfer encoding is refused', async () => {
    expect(
      await verdict((socket) => socket.write(`${head}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`)),
    ).toMatchObject({ code: 'encoding-refused' });
  });

  it('a body that announces to be too large is not read', async () => {
    expect(await verdict((socket) => socket.write(`${head}content-length: 1001\r\n\r\n`))).toMatchObject({
      code: 'body-too-large',
    });
  });

  it('a body without length is cut at the cap', async () => {
    expect(
      await verdict((socket) => {
        socket.write(`${head}\r\n`);
        forever(socket, 'x'.repeat(100));
      }),
    ).toMatchObject({ code: 'body-too-large', requestSent: true });
  });

  it('a chunked body is cut at the cap', async () => {
    expect(
      await verdict((socket) => {
        socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
        forever(socket, `64\r\n${'x'.repeat(100)}\r\n`);
      }),
    ).toMatchObject({ code: 'body-too-large' });
  });

  it('a body of exactly the cap is taken', async () => {
    expect(
      await verdict((socket) => socket.write(`${head}content-length: 1000\r\n\r\n${'x'.repeat(1000)}`)),
    ).toMatchObject({ bytes: 1000 });
  });

  it('a slow drip ends at the total deadline', async () => {
    expect(
      await verdict(
        (socket) => {
          socket.write(`${head}content-length: 900\r\n\r\n`);
          forever(socket, 'x', 20);
        },
        { total: 1000, body: 800 },
      ),
    ).toMatchObject({ code: 'timeout', requestSent: true });
  });

  it.each([
    ['is lost', {}, { code: 'network', requestSent: true }],
    ['is given where the request cannot be made again', { keepWhatever: true }, { body: '{"a":1', cutOff: true }],
  ])('what came of a body whose connection is lost %s', async (_, how, expected) => {
    const server = await rawPeer((socket) => {
      socket.write(`${head}content-length: 7\r\n\r\n{"a":1`);
      setTimeout(() => socket.destroy(), 20);
    });
    const asked = { method: 'POST' as const, url: `http://${server.host}/`, ...how };
    const told: unknown = await clientFor([server.host])
      .request(asked)
      .catch((error: unknown) => error);
    expect(told).toMatchObject(expected);
  });

  it('a body that stops in the middle ends at the body deadline', async () => {
    expect(await verdict((socket) => socket.write(`${head}content-length: 900\r\n\r\nx`), { body: 50 })).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('stopped in the middle'),
    });
  });

  it('no answer ends at the header deadline', async () => {
    expect(await verdict(() => undefined, { headers: 50 })).toMatchObject({ code: 'timeout', requestSent: true });
  });

  it.each([
    ['many', `x-header: ${'y'.repeat(500)}\r\n`],
    ['one without end', 'y'.repeat(500)],
  ])('endless headers, %s, are cut', async (_name, piece) => {
    expect(
      await verdict((socket) => {
        socket.write(`${head}x-first: `);
        forever(socket, piece);
      }),
    ).toMatchObject({ code: 'headers-too-large', requestSent: true });
  });

  it('headers that drip for ever end at the header deadline', async () => {
    expect(
      await verdict(
        (socket) => {
          socket.write(head);
          forever(socket, 'a: b\r\n', 20);
        },
        { headers: 200 },
      ),
    ).toMatchObject({ code: 'timeout' });
  });

  it('endless interim answers are cut', async () => {
    expect(await verdict((socket) => forever(socket, 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'))).toMatchObject({
      code: 'headers-too-large',
    });
  });

  it('a few interim answers are passed over', async () => {
    expect(
      await verdict((socket) =>
        socket.write(`HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n${head}content-length: 2\r\n\r\nok`),
      ),
    ).toMatchObject({ status: 200, body: 'ok' });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['two lengths', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`],
    ['a length that is a lie', `${head}content-length: 900\r\n\r\nabc`],
    ['a switch of protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'],
  ])('%s is a network error without what the peer said', async (_name, bytes) => {
    const failure = await verdict((socket) => socket.end(bytes));
    expect(failure).toMatchObject({
      code: 'network',
      requestSent: true,
      message: expect.not.stringMatching(/SSH|abc|websocket/),
    });
    expect(failure).not.toHaveProperty('cause');
  });

  it('what is not UTF-8 is replaced, and the hash is of the raw bytes', async () => {
    const answer = await verdict((socket) =>
      socket.write(Buffer.concat([Buffer.from(`${head}content-length: 2\r\n\r\n`), Buffer.from([0xff, 0x41])])),
    );
    const sha256 = createHash('sha256')
      .update(Buffer.from([0xff, 0x41]))
      .digest('hex');
    expect(answer).toMatchObject({ body: '\ufffdA', bytes: 2, sha256 });
  });
});
