import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { type Api, startApi } from './harness.ts';

let api: Api;
let directory: string;
let base: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dashboard-'));
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Dashboard</title>');
  await writeFile(join(directory, '.hidden'), 'not served');
  api = await startApi({ dashboardDirectory: directory });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await api.close();
  await rm(directory, { recursive: true });
});

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

describe('OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const document = (await (await fetch(`${base}/v1/openapi.json`)).json()) as { openapi: string };
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
  });

  test('every operation has a name, a summary, a success and its problems', () => {
    const operations = Object.values(api.document.paths).flatMap((path) => Object.values(path)) as Operation[];
    expect(operations.length).toBeGreaterThan(25);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { operationId, summary, responses } of operations) {
      expect(summary, operationId).toBeTruthy();
      expect(
        Object.keys(responses).some((status) => status.startsWith('2')),
        operationId,
      ).toBe(true);
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400 || operationId === 'getReadiness') continue;
        expect(Object.keys(content ?? {}), `${operationId} ${status}`).toEqual(['application/problem+json']);
      }
    }
  });

  test('names every route of the contract that this version brings', () => {
    const routes = Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.sort()).toMatchInlineSnapshot(`
      [
        "DELETE /v1/authorization-servers/{serverId}/credentials/{kind}",
        "DELETE /v1/keys/{keyId}",
        "DELETE /v1/registrations/{registrationId}",
        "DELETE /v1/session",
        "DELETE /v1/tenants/{tenantId}",
        "GET /healthz",
        "GET /jwks/{opaque}",
        "GET /readyz",
        "GET /v1/applications",
        "GET /v1/applications/{applicationId}",
        "GET /v1/authorization-servers",
        "GET /v1/authorization-servers/{serverId}",
        "GET /v1/events",
        "GET /v1/initial-access-tokens",
        "GET /v1/keys",
        "GET /v1/orphans",
        "GET /v1/registrations",
        "GET /v1/registrations/{registrationId}",
        "GET /v1/registrations/{registrationId}/events",
        "GET /v1/registrations/{registrationId}/packet",
        "GET /v1/summary",
        "GET /v1/tenants",
        "GET /v1/tenants/{tenantId}",
        "PATCH /v1/authorization-servers/{serverId}",
        "PATCH /v1/registrations/{registrationId}",
        "PATCH /v1/registrations/{registrationId}/task",
        "PATCH /v1/tenants/{tenantId}",
        "POST /v1/applications/{applicationId}/rollouts",
        "POST /v1/keycloak/clients/create",
        "POST /v1/keycloak/clients/delete",
        "POST /v1/keycloak/clients/get",
        "POST /v1/keycloak/clients/update",
        "POST /v1/keycloak/clients/update-token",
        "POST /v1/keys",
        "POST /v1/preflight",
        "POST /v1/registrations/{registrationId}/accept-current",
        "POST /v1/registrations/{registrationId}/approve-endpoint",
        "POST /v1/registrations/{registrationId}/credential",
        "POST /v1/registrations/{registrationId}/discover",
        "POST /v1/registrations/{registrationId}/overwrite",
        "POST /v1/registrations/{registrationId}/report-launch",
        "POST /v1/registrations/{registrationId}/resume",
        "POST /v1/registrations/{registrationId}/retry",
        "POST /v1/registrations/{registrationId}/rotate",
        "POST /v1/registrations/{registrationId}/suspend",
        "POST /v1/registrations/{registrationId}/verify",
        "POST /v1/session",
        "POST /v1/tenants",
        "POST /v1/tenants/{tenantId}/registrations",
        "PUT /v1/applications/{applicationId}",
        "PUT /v1/authorization-servers/{serverId}/credentials",
        "PUT /v1/registrations/{registrationId}/initial-access-token",
      ]
    `);
  });
});

describe('headers of pages and answers', () => {
  const headersOf = async (path: string) => (await fetch(base + path)).headers;

  test.each(['/', '/docs', '/docs/static/swagger-ui.css', '/v1/summary', '/healthz', '/nothing'])(
    '%s',
    async (path) => {
      const headers = await headersOf(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/default-src '(self|none)'/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test.each(['/v1/summary', '/v1/nothing', '/healthz'])('%s is not cached', async (path) => {
    expect((await headersOf(path)).get('cache-control')).toBe('no-store');
  });

  test('the dashboard is served, and nothing beside it', async () => {
    expect(await (await fetch(`${base}/`)).text()).toContain('Dashboard');
    for (const path of ['/.hidden', '/..%2f..%2fetc%2fpasswd', '/index.html/../../package.json', '/missing.js'])
      expect((await fetch(base + path)).status, path).toBe(404);
  });
});

describe('health', () => {
  test('a process that serves is healthy, with or without its parts', async () => {
    expect((await api.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
  });

  test('readiness names the part that fails', async () => {
    const failing = await startApi({
      checkSecretStore: async () => {
        throw new Error('secret text of the store');
      },
    });
    try {
      const answer = await failing.call('GET', '/readyz');
      expect(answer.status).toBe(503);
      expect(answer.body).toEqual({
        status: 'not-ready',
        checks: { database: 'ok', temporal: 'ok', secretStore: 'failing' },
        pausedOrigins: 0,
      });
    } finally {
      await failing.close();
    }
    expect((await api.call('GET', '/readyz')).body).toMatchObject({ status: 'ready' });
  });
});

describe('what is not foreseen', () => {
  test('a failure of ours tells an id and nothing else, and the log has it', async () => {
    const broken = await startApi();
    try {
      broken.records.summary = async () => {
        throw new Error('select * from secrets where value = hunter2');
      };
      const answer = await broken.call('GET', '/v1/summary', { key: broken.viewer });
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('hunter2');
      const id = String(answer.body['instance']).replace('urn:uuid:', '');
      expect(answer.headers['x-request-id']).toBe(id);
      const line = broken.lines.find(({ event }) => event === 'request.failed');
      expect(line?.fields).toMatchObject({ requestId: id, method: 'GET', route: '/v1/summary' });
    } finally {
      await broken.close();
    }
  });

  test('the access log has the route, never the URL or a header', async () => {
    await api.call('GET', '/v1/registrations?q=searched-text', { key: api.viewer });
    const line = api.lines.findLast(({ fields }) => (fields as { route?: string }).route === '/v1/registrations');
    expect(line).toMatchObject({ event: 'request.completed', fields: { method: 'GET', status: 200 } });
    expect(JSON.stringify(api.lines)).not.toContain('searched-text');
    expect(JSON.stringify(api.lines)).not.toContain(api.viewer);
  });
});

describeWith('chromium', 'the explorer in a browser', ({ chromium: { executablePath } }) => {
  test('shows the operations with local assets only, within its content security policy', async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const foreign: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(base) && !request.url().startsWith('data:')) foreign.push(request.url());
      });
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${base}/docs`);
      await page.locator('#operations-Tenants-createTenant').click();
      await page.locator('#operations-Tenants-createTenant .opblock-body .responses-table').waitFor();
      expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
    } finally {
      await browser.close();
    }
  });
});
