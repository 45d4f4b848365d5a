import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { buildApp } from '../../../api/app.ts';
import { newApiKey, sha256Hex } from '../../../api/callers/credentials.ts';
import type { ApiDependencies } from '../../../api/dependencies.ts';
import type { Problem } from '../../../api/problems/problem.ts';
import { type EntityClient, EntityError, type OperationRequest } from '../../../domain/operations/request.ts';
import type { Visibility } from '../../../domain/ports/visibility.ts';
import type { Role } from '../../../domain/words.ts';
import { createGuardedClient } from '../../../protocols/http/client.ts';
import { checkPage } from '../../../protocols/http/livePage.ts';
import { parseAllowedHosts, parsePublicUrl } from '../../../protocols/http/publicUrl.ts';
import { isCustomHeader } from '../../../protocols/http/requestHeaders.ts';
import { discover } from '../../../protocols/smart/discover.ts';
import { loadPlaybooks } from '../../../runtime/playbooks.ts';
import { memoryDatabase } from '../../support/memoryDatabase.ts';
import { fixtureOn } from '../stores/records/fixture.ts';

type Body = Record<string, unknown>;

export interface Call {
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON unless it is text, which is sent as it is. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
  readonly text: string;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Body }>>>>;
}

/** What entities were asked; a test decides what they answer. */
export class FakeEntities implements EntityClient {
  readonly started: string[] = [];
  readonly operated: (OperationRequest & { readonly registrationId: string })[] = [];
  refuse: EntityError | null = null;
  missing = new Set<string>();

  async start(registrationId: string): Promise<void> {
    this.started.push(registrationId);
    this.missing.delete(registrationId);
  }

  async operate(registrationId: string, operation: OperationRequest): Promise<{ operationId: string }> {
    if (this.missing.has(registrationId)) throw new EntityError('not-found', 'no such workflow');
    if (this.refuse !== null) throw this.refuse;
    this.operated.push({ registrationId, ...operation });
    return { operationId: operation.operationId };
  }

  async refresh(): Promise<void> {}

  async check(): Promise<void> {}
}

const addresses: Readonly<Record<string, string>> = {
  'ehr.example': '93.184.216.34',
  'internal.example': '10.1.2.3',
};

/**
 * The real API on real records (PGlite), the real URL guard and discovery; only entities and name resolution are made
 * up. `peers` are hosts with ports on loopback that may be spoken to.
 */
export async function startApi(changes: Partial<ApiDependencies> = {}, peers: readonly string[] = []) {
  const db = await memoryDatabase();
  const { records, keyring, clock } = await fixtureOn(db);
  const entities = new FakeEntities();
  const allowedHosts = ['127.0.0.1:8080', ...peers];
  const allowed = parseAllowedHosts(allowedHosts);
  const guard = createGuardedClient({
    allowedHosts,
    resolve: async (name) => {
      const address = addresses[name];
      if (address === undefined) throw new Error('ENOTFOUND');
      return [{ address, family: 4 }];
    },
  });
  const lines: { event: string; fields: unknown; error: unknown }[] = [];
  const write = (event: string, fields?: unknown, error?: unknown) => void lines.push({ event, fields, error });
  const app = await buildApp({
    records,
    entities,
    registrationConfig: (registrationId) => records.config(registrationId),
    putEnteringSecret: records.putEnteringSecret,
    checkUrl: guard.checkUrl,
    keycloak: { carryOut: () => Promise.reject(new Error('no Keycloak here')) },
    discovery: {
      read: (argument) => discover(guard, { ...argument, isAllowedUrl: (url) => parsePublicUrl(url, allowed).ok }),
      takesHeader: isCustomHeader,
      checkPage: (url) => checkPage(guard, url),
    },
    macs: { idempotency: keyring.mac('idempotency-mac') },
    checkSecretStore: async () => undefined,
    clock,
    playbooks: await loadPlaybooks(),
    logger: { info: write, warn: write, error: write },
    publicUrl: null,
    dashboardDirectory: null,
    allowedHostNames: [],
    ...changes,
  });
  const document = (await app.inject({ url: '/v1/openapi.json', headers: { host: 'localhost' } })).json<Document>();

  /** A new key. `visibility` bounds it; `lifetime` is in milliseconds from now. */
  async function newKey(role: Role, visibility: Partial<Visibility> = {}, lifetime: number | null = 3_600_000) {
    const key = newApiKey();
    const keyId = randomUUID();
    await records.insertKey({
      keyId,
      name: `${role} of the tests`,
      role,
      sha256: sha256Hex(key),
      tenantIds: visibility.tenantIds ?? null,
      applicationIds: visibility.applicationIds ?? null,
      expiresAt: lifetime === null ? null : clock.now() + lifetime,
    });
    return { key, keyId };
  }

  /** Sends a request and checks what holds for every answer. */
  async function call(method: string, url: string, { key, headers, body }: Call = {}): Promise<Answer> {
    const payload = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
    const response = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: {
        host: 'localhost',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const text = response.body;
    const isJson = /json/.test(String(response.headers['content-type']));
    const answer = {
      status: response.statusCode,
      headers: response.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
    };
    expectDeclared(document, method, url, answer);
    if (answer.status >= 400 && !url.startsWith('/readyz')) expectProblem(answer);
    return answer;
  }

  /** Everything that a request could have left behind, counted. */
  async function counts(): Promise<Record<string, number>> {
    const { rows: all } = await sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(db);
    const entries = all.map(async ({ name: table }) => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(db);
      return [table, rows[0]!.n] as const;
    });
    const found = Object.fromEntries(await Promise.all(entries));
    return { ...found, starts: entities.started.length, operations: entities.operated.length };
  }

  return {
    app,
    db,
    records,
    clock,
    entities,
    document,
    lines,
    newKey,
    call,
    counts,
    administrator: (await newKey('administrator', {}, null)).key,
    operator: (await newKey('operator')).key,
    viewer: (await newKey('viewer')).key,
    async close() {
      await app.close();
      await guard.close();
      await db.destroy();
    },
  };
}
export type Api = Awaited<ReturnType<typeof startApi>>;

function expectDeclared(document: Document, method: string, url: string, answer: Answer): void {
  const path = url.split('?', 1)[0]!;
  const pattern = Object.keys(document.paths).find((candidate) =>
    new RegExp(`^${candidate.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  );
  const operation = pattern === undefined ? undefined : document.paths[pattern]?.[method.toLowerCase()];
  if (operation !== undefined) expect(Object.keys(operation.responses)).toContain(String(answer.status));
}

function expectProblem(answer: Answer): void {
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = answer.body as unknown as Problem;
  expect(problem.status).toBe(answer.status);
  expect(problem.type).toMatch(/^urn:smart-registrar:problem:[a-z]+(-[a-z]+)*$/);
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
}

/** The name of the problem that an answer carries. */
export function problemName(answer: Answer): string {
  return String(answer.body['type']).replace('urn:smart-registrar:problem:', '');
}

/** Pointers and parameters of a problem. */
export function placesOf(answer: Answer): (string | undefined)[] {
  const errors = (answer.body['errors'] ?? []) as { pointer?: string; parameter?: string }[];
  return errors.map(({ pointer, parameter }) => pointer ?? parameter);
}

export const anApplicationBody = {
  clientMetadata: {
    client_name: 'Growth Chart',
    redirect_uris: ['https://app.example/callback'],
    scope: 'launch openid fhirUser patient/Observation.rs',
  },
};

/** A tenant with one registration, added through the API. */
export async function addTenant(api: Api, tenantId: string, applicationId: string): Promise<string> {
  await api.call('PUT', `/v1/applications/${applicationId}`, { key: api.administrator, body: anApplicationBody });
  const answer = await api.call('POST', '/v1/tenants', {
    key: api.operator,
    body: {
      tenantId,
      name: `Clinic ${tenantId}`,
      registrations: [{ applicationId, fhirBaseUrl: 'https://ehr.example/fhir' }],
    },
  });
  expect(answer.status).toBe(202);
  return `${tenantId}.${applicationId}.production.main`;
}
