import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { GuardedClient, GuardedRequest, GuardedResponse } from '../../protocols/http/client.ts';
import { HttpGuardError } from '../../protocols/http/httpGuardError.ts';
import { noAllowedHosts, parsePublicUrl } from '../../protocols/http/publicUrl.ts';
import { type Hop, isRedirect, nextHop } from '../../protocols/http/redirects.ts';

/** Folder of the fixtures; its README says what is in one. */
export const healthSystemsFolder = new URL('../fixtures/health-systems/', import.meta.url);

const answerSchema = z.strictObject({
  status: z.int().default(200),
  contentType: z.string().optional(),
  location: z.string().optional(),
  retryAfter: z.string().optional(),
  /** The document beside it with `.with-header` at its end is served when the request carries this header. */
  onlyWithHeader: z.string().optional(),
  /** Spaces after the document, up to this many bytes. */
  padTo: z.int().optional(),
  /** A member that is nested this deep is added to the document. */
  nest: z.int().optional(),
  failure: z.enum(['dns', 'network', 'timeout']).optional(),
});
export type Answer = z.infer<typeof answerSchema>;

const quirkSchema = z.strictObject({
  about: z.string(),
  fhirBaseUrl: z.string().default('https://ehr.example/r4'),
  given: z
    .strictObject({
      issuer: z.string().optional(),
      registrationEndpoint: z.string().optional(),
      headers: z.record(z.string(), z.string()).optional(),
    })
    .default({}),
  answers: z.record(z.string(), answerSchema).default({}),
  /** Who asks for the preflight; see test/integration/api/preflightFixtures.test.ts. */
  preflight: z
    .strictObject({ application: z.string().default('growth-chart'), environment: z.string().default('production') })
    .prefault({}),
});
export type Quirk = z.infer<typeof quirkSchema>;

export interface HealthSystem {
  readonly quirk: Quirk;
  readonly client: GuardedClient;
  /** URLs that were asked for, redirects included. */
  readonly asked: string[];
}

export function healthSystemNames(): string[] {
  return readdirSync(healthSystemsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function folderOf(name: string): URL {
  return new URL(`${name}/`, healthSystemsFolder);
}

export function quirkOf(name: string): Quirk {
  return quirkSchema.parse(JSON.parse(readFileSync(new URL('quirk.json', folderOf(name)), 'utf8')));
}

/** How a URL of the fixture answers; a plain 200 when nothing is said. */
export function answerAt(quirk: Quirk, url: string): Answer {
  return answerSchema.parse(quirk.answers[url] ?? {});
}

/** A fixture behind a guarded client without network that judges URLs, redirects and sizes as the real one does. */
export function openHealthSystem(name: string): HealthSystem {
  const folder = folderOf(name);
  const quirk = quirkOf(name);
  const asked: string[] = [];
  const request = async (given: GuardedRequest): Promise<GuardedResponse> => {
    const redirects: string[] = [];
    const verdict = parsePublicUrl(given.url);
    if (!verdict.ok) throw new HttpGuardError(verdict.code, verdict.message);
    let hop: Hop = { url: verdict.url, headers: given.headers ?? {} };
    for (;;) {
      asked.push(hop.url.href);
      const answer = answerAt(quirk, hop.url.href);
      if (answer.failure !== undefined)
        throw new HttpGuardError(answer.failure, `${hop.url.origin}: ${answer.failure}`);
      const response = respond(folder, hop, answer, redirects);
      if (response.bytes > (given.maxBytes ?? 0)) throw new HttpGuardError('body-too-large', 'the answer is too large');
      if (!isRedirect(response.status, response.headers)) return response;
      redirects.push(hop.url.href);
      hop = nextHop(hop, answer.location ?? '', redirects.length - 1, noAllowedHosts);
    }
  };
  const unused = () => {
    throw new Error('not part of discovery');
  };
  return {
    quirk,
    asked,
    client: { request, fetchFor: unused, checkUrl: unused, saturation: () => null, openAhead: unused, close: unused },
  };
}

function respond(folder: URL, { url, headers }: Hop, answer: Answer, redirects: readonly string[]): GuardedResponse {
  const document = documentOf(folder, url, answer.onlyWithHeader !== undefined && answer.onlyWithHeader in headers);
  const body = grow(document ?? Buffer.alloc(0), answer);
  return {
    status: statusOf(document, answer),
    headers: headersOf(url.pathname, answer),
    body: new TextDecoder().decode(body),
    bytes: body.length,
    url: url.href,
    redirects: [...redirects],
    fetchedAt: Date.UTC(2026, 10, 21),
    sha256: hash('sha256', body),
  };
}

export function statusOf(document: Buffer | null, { status }: Answer): number {
  return document === null && status === 200 ? 404 : status;
}

export function headersOf(path: string, { contentType, location, retryAfter }: Answer): Record<string, string> {
  return {
    'content-type': contentType ?? (path.endsWith('/metadata') ? 'application/fhir+json' : 'application/json'),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  };
}

export function documentOf(folder: URL, url: URL, withHeader: boolean): Buffer | null {
  const file = new URL(`${url.host}${url.pathname}${withHeader ? '.with-header' : ''}`, folder);
  return existsSync(file) ? readFileSync(file) : null;
}

/** The document as it is sent: nested and padded as the answer says. */
export function grow(document: Buffer, { nest, padTo }: Answer): Buffer {
  const nested =
    nest === undefined
      ? document
      : Buffer.from(`${document.toString().trimEnd().slice(0, -1)},"deep":${'['.repeat(nest)}${']'.repeat(nest)}}`);
  return padTo === undefined ? nested : Buffer.concat([nested, Buffer.alloc(padTo - nested.length, ' ')]);
}
