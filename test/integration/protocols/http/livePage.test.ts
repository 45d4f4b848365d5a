import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGuardedClient, type GuardedClient } from '../../../../protocols/http/client.ts';
import { checkPage } from '../../../../protocols/http/livePage.ts';

const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  if (request.url === '/live') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  else if (request.url === '/large') response.writeHead(200).end(Buffer.alloc(3_000_000));
  else if (request.url === '/moved') response.writeHead(301, { location: '/live' }).end();
  else if (request.url === '/cut') request.socket.destroy();
  else response.writeHead(404).end('no');
});
let client: GuardedClient;
let base: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  base = `http://${host}`;
  client = createGuardedClient({ allowedHosts: [host] });
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

it.each([
  ['a page', '/live', { kind: 'live' }],
  ['a page that is larger than what is read', '/large', { kind: 'live' }],
  ['a page that moved, which is not followed', '/moved', { kind: 'redirected' }],
  ['no page', '/none', { kind: 'refused', what: '404' }],
  ['a connection that is cut', '/cut', { kind: 'silent', what: 'network' }],
])('%s', async (_what, path, expected) => {
  asked.length = 0;
  expect(await checkPage(client, base + path)).toEqual(expected);
  expect(asked).toEqual([`GET ${path}`]);
});

it.each(['http://169.254.169.254/latest/meta-data', 'https://10.0.0.1/', 'no URL'])(
  '%s is never asked',
  async (url) => {
    expect(await checkPage(client, url)).toMatchObject({ kind: 'silent' });
  },
);
