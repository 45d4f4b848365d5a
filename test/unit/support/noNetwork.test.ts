import dgram from 'node:dgram';
import dns, { lookup } from 'node:dns';
import { resolve4 } from 'node:dns/promises';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { request } from 'undici';
import { expect, test } from 'vitest';

const refused = /Unit tests have no network/;

test.each<[string, () => unknown]>([
  ['net', () => net.connect(9, '127.0.0.1')],
  ['net over a Unix socket', () => net.connect('/tmp/none.sock')],
  ['tls', () => tls.connect(9, '127.0.0.1')],
  ['http', () => http.get('http://127.0.0.1:8080/')],
  ['http by name', () => http.get('http://localhost:9/')],
  ['dgram', () => dgram.createSocket('udp4').send('x', 9, '127.0.0.1')],
  ['dns.lookup', () => lookup('localhost', () => undefined)],
  ['dns.Resolver', () => new dns.Resolver().resolve4('localhost', () => undefined)],
  ['dns.promises', () => resolve4('localhost')],
])('%s is refused', (_, connect) => {
  expect(connect).toThrow(refused);
});

test('http2 is refused', () => {
  expect(() => http2.connect('http://127.0.0.1:9')).toThrow(refused);
});

test.each([
  ['fetch', () => fetch('http://127.0.0.1:8080/')],
  ['undici', () => request('http://127.0.0.1:8080/')],
])('%s is refused', async (_, connect) => {
  const error = await connect().then(
    () => null,
    (reason: Error) => reason,
  );
  expect(`${error?.message} ${(error?.cause as Error | undefined)?.message}`).toMatch(refused);
});
