import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Behaviour, behaviours, honest } from '../../support/peers/behaviour.ts';
import { managementOf } from '../../support/peers/ledger.ts';
import { Peer } from '../../support/peers/peer.ts';

let now = Date.UTC(2026, 0, 1);
let peer: Peer;

beforeAll(async () => {
  peer = await new Peer({ now: () => now }).listen();
});

afterAll(async () => {
  await peer?.close();
});

interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly client_secret_expires_at?: number;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

async function registered(system: string, behaviour: Behaviour): Promise<Registered> {
  peer.program(system, behaviour);
  const document = await fetch(`${peer.fhirBaseUrl(system)}/.well-known/smart-configuration`);
  const { registration_endpoint: endpoint } = (await document.json()) as { registration_endpoint: string };
  const answer = await fetch(endpoint, { method: 'POST', body: JSON.stringify({ client_name: system }) });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Registered;
}

async function managed(
  method: string,
  client: Registered,
): Promise<{ status: number; body: Registered; headers: Headers }> {
  const answer = await fetch(client.registration_client_uri, {
    method,
    headers: { authorization: `Bearer ${client.registration_access_token}` },
    body: method === 'PUT' ? JSON.stringify({ client_id: client.client_id }) : null,
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Registered, headers: answer.headers };
}

async function tokenStatus(system: string, { client_id: id, client_secret: secret }: Registered): Promise<number> {
  const basic = Buffer.from(`${id}:${secret}`).toString('base64');
  const answer = await fetch(peer.fhirBaseUrl(system).replace(/fhir$/, 'token'), {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'bogus' }),
  });
  return answer.status;
}

test('an honest one rotates on PUT, ends the older token, and takes the older secret until it ends', async () => {
  const client = await registered('honest', { ...honest, lifetime: 100 });
  const { body: next } = await managed('PUT', client);
  expect(next.client_secret).not.toBe(client.client_secret);
  expect(next.client_secret_expires_at).toBe(now / 1000 + 100);
  expect((await managed('GET', client)).status).toBe(401);
  expect(await tokenStatus('honest', client)).toBe(400);
  now += 100_000;
  expect(await tokenStatus('honest', client)).toBe(401);
  expect((await managed('DELETE', next)).status).toBe(204);
  expect((await managed('GET', next)).status).toBe(401);
  const { requests, clients } = peer.ledger();
  expect(managementOf(requests, 'honest').map(({ method, status }) => `${method} ${status}`)).toEqual([
    ...['POST 201', 'PUT 200', 'GET 401', 'DELETE 204', 'GET 401'],
  ]);
  expect(requests.filter(({ kind }) => kind === 'token').map(({ secret }) => secret)).toEqual([1, null]);
  expect(clients.find(({ system }) => system === 'honest')).toMatchObject({ deletedAt: now });
});

test.each([
  ['expiry-in-the-past', (answer: Registered) => (answer.client_secret_expires_at ?? 0) < now / 1000],
  ['expiry-now-plus-one', (answer: Registered) => answer.client_secret_expires_at === Math.floor(now / 1000) + 1],
  ['expiry-is-a-duration', (answer: Registered) => answer.client_secret_expires_at === 86_400],
] as const)('%s', async (system, isSaid) => {
  const client = await registered(system, behaviours[system]);
  expect(isSaid(client)).toBe(true);
  expect(await tokenStatus(system, client)).toBe(400);
});

test.each([
  ['same-secret', (before: Registered, after: Registered) => after.client_secret === before.client_secret],
  ['masked-secret', (_: Registered, after: Registered) => after.client_secret === '********'],
  ['hashed-secret', (_: Registered, after: Registered) => /^[0-9a-f]{64}$/.test(after.client_secret)],
] as const)('%s on PUT, and the secret that it had goes on', async (system, isShown) => {
  const client = await registered(system, behaviours[system]);
  const { status, body } = await managed('PUT', client);
  expect(status).toBe(200);
  expect(isShown(client, body)).toBe(true);
  expect(await tokenStatus(system, client)).toBe(400);
});

test.each([
  ['refuses-400', 400, null],
  ['refuses-401', 401, null],
  ['fails-500', 500, null],
  ['retry-after-a-day', 503, '86400'],
] as const)('%s on PUT', async (system, expected, retryAfter) => {
  const { status, headers } = await managed('PUT', await registered(system, behaviours[system]));
  expect(status).toBe(expected);
  expect(headers.get('retry-after')).toBe(retryAfter);
});

test('never-proves takes the first secret and none after it', async () => {
  const client = await registered('never-proves', behaviours['never-proves']);
  const { body } = await managed('PUT', client);
  expect(await tokenStatus('never-proves', body)).toBe(401);
  expect(await tokenStatus('never-proves', client)).toBe(400);
});

test('a read may renew the token', async () => {
  const client = await registered('token-renewed-by-read', behaviours['token-renewed-by-read']);
  const { body } = await managed('GET', client);
  expect((await managed('GET', client)).status).toBe(401);
  expect((await managed('GET', body)).status).toBe(200);
});

test('a disabled client is refused until it is enabled', async () => {
  const client = await registered('disabled', { ...honest, disabled: true });
  expect(await tokenStatus('disabled', client)).toBe(401);
  peer.enable('disabled');
  expect(await tokenStatus('disabled', client)).toBe(400);
});

test('a registration that needs a token takes each once', async () => {
  peer.program('token', { ...honest, wantsToken: true });
  const token = peer.initialAccessToken();
  const post = () =>
    fetch(peer.fhirBaseUrl('token').replace(/fhir$/, 'reg'), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{}',
    });
  expect((await post()).status).toBe(201);
  expect((await post()).status).toBe(401);
});

test('one that knows its client answers each registration with it, and one that forgets the id shows none', async () => {
  const same: Behaviour = { ...honest, register: 'same-client' };
  const { client_id: first } = await registered('same', same);
  expect((await registered('same', same)).client_id).toBe(first);
  expect((await registered('without', { ...honest, register: 'without-id' })).client_id).toBeUndefined();
  expect(peer.ledger().clients.filter(({ system }) => system === 'without')).toHaveLength(1);
});

test('a system apart has an address of its own, and keeps it', async () => {
  peer.program('alone', honest, 'apart');
  peer.program('beside', honest, 'apart');
  const addressOf = (system: string) => new URL(peer.fhirBaseUrl(system)).hostname;
  const address = addressOf('alone');
  expect(new Set([address, addressOf('beside'), addressOf('honest')]).size).toBe(3);
  await registered('alone', honest);
  expect(addressOf('alone')).toBe(address);
});
