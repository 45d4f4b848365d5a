import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuardedClient, type GuardedClient, HttpGuardError } from '../../../../protocols/http/client.ts';
import { waitFor } from '../../../support/waitFor.ts';

const held: ServerResponse[] = [];
const server = createServer((_, response) => held.push(response));
let client: GuardedClient;
let url: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `http://${host}/register`;
  client = createGuardedClient({ allowedHosts: [host], maxConcurrentPerHost: 1 });
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await client.close();
});

test('a request learns of its turn when the host has room for it, not before', async () => {
  const turns: string[] = [];
  const post = (name: string) =>
    client.request({ method: 'POST', url, body: name, onTurn: async () => void turns.push(name) });
  const first = post('first');
  await waitFor(() => held.length === 1, { what: 'the first request' });
  const second = post('second');
  await client.checkUrl(url);
  expect(turns).toEqual(['first']);
  held[0]?.end();
  await first;
  await waitFor(() => held.length === 2, { what: 'the second request' });
  expect(turns).toEqual(['first', 'second']);
  held[1]?.end();
  await second;
});

test('a request whose turn is refused is not sent, and leaves its place', async () => {
  const before = held.length;
  const refused = client.request({
    method: 'POST',
    url,
    onTurn: () => Promise.reject(new HttpGuardError('aborted', 'refused')),
  });
  await expect(refused).rejects.toMatchObject({ code: 'aborted', requestSent: false });
  expect(held).toHaveLength(before);
  const next = client.request({ method: 'POST', url });
  await waitFor(() => held.length === before + 1, { what: 'the next request' });
  held.at(-1)?.end();
  await next;
});
