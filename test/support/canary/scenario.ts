import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import type { Reason } from '../../../domain/reasons/index.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { waitFor } from '../waitFor.ts';
import { collectPage } from './collect.ts';
import { type Manner, manners } from './peer.ts';
import type { Part } from './scanner.ts';
import type { CanaryWorld } from './world.ts';

/** Id of the registration at a health system. */
export function registrationAt(manner: Manner): string {
  return `${manner}.portal.production.main`;
}

export async function putApplication({ api }: CanaryWorld): Promise<void> {
  await api.ok('PUT', '/v1/applications/portal', {
    clientMetadata: {
      client_name: 'Patient Portal',
      redirect_uris: ['https://portal.example.org/callback'],
      scope: 'launch/patient openid fhirUser offline_access patient/*.rs',
    },
    environments: { production: { class: 'production' } },
  });
}

/** Adds health systems, each with an initial access token of its own. */
export async function onboard({ api, plant, peer }: CanaryWorld, chosen: readonly Manner[]): Promise<void> {
  for (const manner of chosen) {
    const initialAccessToken = plant.token(`${manner}: initial access token`);
    const discoveryHeaders = { 'Epic-Client-ID': plant.token(`${manner}: discovery header`) };
    const asymmetric = { clientMetadata: { token_endpoint_auth_method: 'private_key_jwt' } };
    const registration = {
      applicationId: 'portal',
      fhirBaseUrl: peer.fhirBaseUrl(manner),
      initialAccessToken,
      discoveryHeaders,
      ...(manner === 'asymmetric' ? asymmetric : {}),
    };
    await api.ok('POST', '/v1/tenants', { tenantId: manner, name: `The ${manner} one`, registrations: [registration] });
  }
}

function needsAttention(reason: Reason) {
  return ({ conditions }: RegistrationView) =>
    conditions.some(
      ({ type, status, reason: why }) => type === 'NeedsAttention' && status === 'True' && why === reason,
    );
}

/** Where each registration comes to rest after its first request. */
const rests: Readonly<Record<Manner, (view: RegistrationView) => boolean>> = {
  careless: ({ phase }) => phase === 'active',
  interrupted: ({ phase }) => phase === 'active',
  refusing: needsAttention('RegistrationRejected'),
  forbidding: ({ phase }) => phase === 'awaiting_token',
  html: ({ phase }) => phase === 'manual_required',
  redirecting: ({ phase }) => phase === 'manual_required',
  cut: needsAttention('RegistrationAnswerNotUsable'),
  failing: needsAttention('RegistrationUnanswered'),
  disabled: ({ phase }) => phase === 'awaiting_enablement',
  stubborn: ({ phase }) => phase === 'active',
  asymmetric: ({ phase }) => phase === 'active',
};

export async function settled({ api }: CanaryWorld, manner: Manner): Promise<void> {
  await api.until(registrationAt(manner), 'comes to rest', rests[manner]);
}

/** Asks for an operation and waits for an event of it. */
export async function operate({ api }: CanaryWorld, manner: Manner, path: string, type: string): Promise<void> {
  const method = path === '' ? 'DELETE' : 'POST';
  const before = (await api.events(registrationAt(manner))).length;
  await api.ok(method, `/v1/registrations/${registrationAt(manner)}${path}`, { reason: 'canary test' });
  await waitFor(
    async () => (await api.events(registrationAt(manner))).slice(before).some((event) => event.type === type),
    {
      what: `${type} of ${manner}`,
    },
  );
}

/** The human path: a wrong secret is waited for, the right one with its management half works, and is managed. */
export async function supply(world: CanaryWorld): Promise<void> {
  const { api, plant, peer } = world;
  const manner = 'redirecting';
  const path = `/v1/registrations/${registrationAt(manner)}/credential`;
  const { clientId, clientSecret, token, clientUri } = peer.madeByHand(manner);
  const management = { registrationAccessToken: token, registrationClientUri: clientUri };
  await api.ok('POST', path, { clientId, clientSecret: plant.clientSecret(`${manner}: wrong client secret`) });
  await api.until(registrationAt(manner), 'is verified', ({ phase }) => phase === 'verifying');
  await api.ok('POST', path, { clientId, clientSecret, expiresAt: null, ...management, reason: 'canary test' });
  await api.until(registrationAt(manner), 'is active', ({ phase }) => phase === 'active');
  await operate(world, manner, '/rotate', 'credential.rotation-deferred');
}

/** A kill -9 while half of the answer with a new client's secrets is on its way. */
export async function crash(world: CanaryWorld): Promise<void> {
  await onboard(world, ['interrupted']);
  await world.peer.interrupted;
  await world.product.kill();
  await world.restart();
}

/** A new key and a session made with it; both answers carry a secret, and are kept apart. */
export async function keysAndSession({ api, plant }: CanaryWorld): Promise<void> {
  const { answer } = await api.send<{ key: string }>('POST', '/v1/keys', { name: 'second', role: 'operator' });
  const key = plant.add('second API key', answer.body.key);
  const headers = { origin: api.url };
  const session = await api.send<{ csrfToken: string }>('POST', '/v1/session', { key }, headers);
  plant.add('CSRF token', session.answer.body.csrfToken);
  plant.add('session', sessionOf(session.answer.headers.get('set-cookie') ?? ''));
}

function sessionOf(cookie: string): string {
  return decodeURIComponent(/=([^;]+)/.exec(cookie)?.[1] ?? '');
}

/** Requests that bring secrets to places where they are refused. */
export async function mistakes({ api, plant }: CanaryWorld): Promise<void> {
  const token = plant.token('mistaken token');
  const secret = plant.clientSecret('mistaken secret');
  const tenant = { tenantId: 'mistake', name: 'Mistake' };
  const registration = { applicationId: 'portal', fhirBaseUrl: 'https://ehr.example/fhir' };
  const withMembers = (members: object) => ({ ...tenant, registrations: [{ ...registration, ...members }] });
  const path = `/v1/registrations/${registrationAt('careless')}`;
  const requests: Parameters<typeof api.call>[] = [
    ['POST', '/v1/tenants', `{"tenantId":"mistake","initialAccessToken":"${token}"`],
    ['POST', '/v1/tenants', withMembers({ initialAccessToken: [token] })],
    ['POST', '/v1/tenants', withMembers({ initialAccessToken: secret })],
    ['POST', '/v1/tenants', withMembers({ registrationAccessToken: token })],
    ['POST', '/v1/tenants', withMembers({ method: token })],
    ['POST', '/v1/tenants', withMembers({ discoveryHeaders: { Authorization: secret } })],
    ['POST', '/v1/tenants', withMembers({ discoveryHeaders: { 'Epic-Client-ID': [token] } })],
    ['POST', `${path}/approve-endpoint`, { registrationEndpoint: [token], evidenceHash: secret }],
    ['POST', '/v1/tenants', withMembers({ fhirBaseUrl: `https://user:${encodeURIComponent(secret)}@ehr.example/` })],
    ['POST', '/v1/tenants', withMembers({ fhirBaseUrl: `https://ehr.example/?key=${encodeURIComponent(secret)}` })],
    ['POST', '/v1/tenants', { ...tenant, tenantId: token }],
    [
      'PUT',
      '/v1/applications/mistake',
      { clientMetadata: { client_name: 'A', scope: 'openid', client_secret: secret } },
    ],
    ['PUT', `${path}/initial-access-token`, { token: secret }],
    ['PUT', `${path}/initial-access-token`, { token }],
    ['POST', `${path}/credential`, { clientId: 'a', clientSecret: secret, tokenEndpointAuthMethod: 'none' }],
    ['POST', `${path}/credential`, { clientId: 'a', clientSecret: [secret] }],
    ['POST', `${path}/credential`, { clientId: 'a', clientSecret: `${secret} `, registrationAccessToken: token }],
    [
      'POST',
      `${path}/credential`,
      {
        clientId: 'a',
        clientSecret: secret,
        registrationAccessToken: token,
        registrationClientUri: `https://evil.example/${encodeURIComponent(token)}`,
      },
    ],
    ['POST', `${path}/rotate`, { force: secret }],
    ['GET', `/v1/registrations/${encodeURIComponent(token)}`],
    ['GET', `/v1/registrations?sort=${encodeURIComponent(token)}`],
    ['GET', `/v1/registrations?cursor=${encodeURIComponent(token)}`],
    ['GET', `/${encodeURIComponent(secret)}`],
    ['GET', '/v1/summary', undefined, { authorization: `Bearer ${token}` }],
    ['GET', '/v1/summary', undefined, { authorization: `Bearer ${plant.apiKey('unknown key')}` }],
    ['GET', '/v1/events', undefined, { 'last-event-id': token }],
    ['POST', '/v1/tenants', tenant, { 'idempotency-key': secret }],
    ['POST', '/v1/session', { key: plant.apiKey('another unknown key') }],
    ['DELETE', `/v1/keys/${encodeURIComponent(token)}`],
  ];
  for (const request of requests) {
    const { status } = await api.call(...request);
    if (status < 400 || status >= 500) throw new Error(`${request[0]} ${request[1]} was answered ${status}`);
  }
}

/** The same request twice under one Idempotency-Key: its answer is stored. */
export async function repeat({ api }: CanaryWorld): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  for (const _ of [1, 2]) await api.call('POST', `/v1/registrations/${registrationAt('stubborn')}/verify`, {}, headers);
}

/** Name of the canary that only the page may hold. */
export const pageToken = 'CSRF token of the page';

/** Signs in, hands over a token by the page, and looks at every page. */
export async function visit(world: CanaryWorld, browser: Browser): Promise<Page> {
  const { plant, product, administratorKey } = world;
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(product.url);
  await page.getByLabel('API key').fill(administratorKey);
  await page.keyboard.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: /^Live$/ })
    .waitFor();
  for (const { name, value } of await context.cookies()) plant.add(`cookie ${name}`, value);
  const kept = String(await page.evaluate("sessionStorage.getItem('registrar.session')"));
  plant.add(pageToken, (JSON.parse(kept) as { csrfToken: string }).csrfToken);
  await page.goto(`${product.url}/#/registrations/${registrationAt('forbidding')}`);
  const field = page.getByLabel('Initial access token from the health system');
  await field.fill(plant.token('forbidding: initial access token of the page'));
  await field.press('Enter');
  await world.api.until(registrationAt('forbidding'), 'is refused for good', needsAttention('RegistrationForbidden'));
  return page;
}

/** What the browser holds of the overview and of every registration's page. */
export async function pages({ product }: CanaryWorld, page: Page): Promise<Part[]> {
  await page.goto(`${product.url}/#/`);
  await page
    .getByRole('link', { name: registrationAt('careless') })
    .first()
    .waitFor();
  const found = await collectPage(page);
  for (const manner of manners) {
    await page.goto(`${product.url}/#/registrations/${registrationAt(manner)}`);
    await page.getByText(registrationAt(manner), { exact: true }).first().waitFor();
    await readWholeTimeline(page);
    found.push(...(await collectPage(page)));
  }
  return found;
}

/** The first event of a registration stands at the end of its timeline, which is read page by page. */
async function readWholeTimeline(page: Page): Promise<void> {
  const first = page.getByText('no. 1', { exact: true });
  const older = page.getByRole('button', { name: 'Show older' });
  for (;;) {
    await first.or(older).first().waitFor();
    if ((await first.count()) > 0) return;
    await older.click();
  }
}
