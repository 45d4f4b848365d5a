import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { longestAhead, mostAhead } from '../../../../protocols/http/limits.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { certificate, clientFor, type Peer, peer } from './peer.ts';

const accepted = (_: unknown, response: { end(text: string): void }): void => response.end('{}');

function post(client: ReturnType<typeof clientFor>, peerUrl: string): Promise<{ status: number }> {
  return client.request({ method: 'POST', url: `${peerUrl}/register`, body: '{}' });
}

describe.each([
  ['plain http', false],
  ['TLS', true],
])('a connection opened ahead, by %s', (_, tls) => {
  async function opened(options: Parameters<typeof clientFor>[1] = {}): Promise<{
    client: ReturnType<typeof clientFor>;
    server: Peer;
  }> {
    const server = await peer(accepted, tls);
    const client = clientFor([server.host], options);
    client.openAhead(`${server.url}/register`);
    await waitFor(() => server.handshakes() === 1, { what: 'the connection' });
    return { client, server };
  }

  test('serves the next request, and that one only', async () => {
    const { client, server } = await opened();
    expect(server.hits).toHaveLength(0);
    expect(await post(client, server.url)).toMatchObject({ status: 200 });
    expect([server.connections(), server.handshakes()]).toEqual([1, 1]);
    expect(await post(client, server.url)).toMatchObject({ status: 200 });
    expect([server.connections(), server.handshakes()]).toEqual([2, 2]);
  });

  test('is joined by a request that comes while it is being made', async () => {
    const server = await peer(accepted, tls);
    const client = clientFor([server.host]);
    client.openAhead(`${server.url}/register`);
    expect(await post(client, server.url)).toMatchObject({ status: 200 });
    expect([server.connections(), server.handshakes()]).toEqual([1, 1]);
  });

  test('is not used once the server has closed it', async () => {
    const { client, server } = await opened();
    server.closeConnections();
    await waitFor(() => server.open() === 0, { what: 'the end of the connection' });
    expect(await post(client, server.url)).toMatchObject({ status: 200 });
    expect(server.hits).toHaveLength(1);
    expect(server.connections()).toBe(2);
  });

  test('is closed with the client', async () => {
    const { client, server } = await opened();
    await client.close();
    await waitFor(() => server.open() === 0, { what: 'the end of the connection' });
    client.openAhead(server.url);
    expect(server.connections()).toBe(1);
  });

  test('is closed when no request takes it', async () => {
    const { server } = await opened();
    await waitFor(() => server.open() === 0, { what: 'the end of the connection', milliseconds: 4 * longestAhead });
    expect(server.hits).toHaveLength(0);
  });

  test('is no more often opened than may wait', async () => {
    const { client, server } = await opened();
    for (let more = 0; more < 2 * mostAhead.perOrigin; more += 1) client.openAhead(server.url);
    await waitFor(() => server.handshakes() === mostAhead.perOrigin, { what: 'the others' });
    for (let request = 0; request < mostAhead.perOrigin; request += 1) await post(client, server.url);
    expect(server.connections()).toBe(mostAhead.perOrigin);
  });

  test('is not lent to a read, which has connections of its own', async () => {
    const { client, server } = await opened();
    await client.request({ method: 'GET', url: server.url });
    expect(server.connections()).toBe(2);
    await post(client, server.url);
    expect(server.connections()).toBe(2);
  });
});

describe('the checks of a request', () => {
  test.each([
    ['an address that is not allowed', 'https://127.0.0.1:1/token'],
    ['a plain origin that nobody allowed', 'http://203.0.113.1/token'],
    ['what is no URL', 'token'],
  ])('%s is not connected to, and nothing is thrown', async (_, url) => {
    const resolved: string[] = [];
    const client = clientFor([], {
      resolve: async (name) => {
        resolved.push(name);
        return [];
      },
    });
    client.openAhead(url);
    await expect(client.request({ method: 'POST', url, body: '' })).rejects.toMatchObject({ requestSent: false });
    expect(resolved).toEqual([]);
  });

  test('a name that leads to a private address is asked once ahead, and never connected to', async () => {
    const server = await peer(accepted, true);
    const asked: string[] = [];
    const client = clientFor([], {
      ca: [certificate],
      resolve: async (name) => {
        asked.push(name);
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    client.openAhead(`https://ehr.test:${server.port}/token`);
    await waitFor(() => asked.length === 1, { what: 'the resolution' });
    await expect(
      client.request({ method: 'POST', url: `https://ehr.test:${server.port}/token` }),
    ).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
    expect(server.connections()).toBe(0);
  });

  test('a server that speaks first gets no request on that connection', async () => {
    const sockets: Socket[] = [];
    const server = createServer((_, response) => response.end('{}'));
    server.on('connection', (socket: Socket) => {
      if (sockets.push(socket) === 1) socket.write('HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = clientFor([host]);
    client.openAhead(`http://${host}`);
    await waitFor(() => (sockets[0]?.bytesWritten ?? 0) > 0, { what: 'the early answer' });
    // A connection of another kind, made after it: by then the early answer has arrived.
    await client.request({ method: 'GET', url: `http://${host}` });
    expect(await post(client, `http://${host}`)).toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(3);
  });
});
