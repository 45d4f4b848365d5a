import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../cli/program.ts';
import type { PreflightReport } from '../../../domain/discovery/preflight.ts';
import type { DiscoveryView } from '../../../domain/registration/view.ts';
import { folderOf, healthSystemNames, quirkOf } from '../../support/healthSystems.ts';
import { type ServedHealthSystem, serveHealthSystem } from '../../support/servedHealthSystems.ts';
import { fakeTerminal } from '../../unit/cli/fakeTerminal.ts';
import { type Api, startApi } from './harness.ts';

/**
 * Preflight of the real API against the health systems with quirks, served on loopback, equals what is committed beside
 * each. `REWRITE_EXPECTED=1` writes it anew.
 */
const rewrite = process.env['REWRITE_EXPECTED'] === '1';
/** A peer that never answers takes as long as the guard waits: test/integration/protocols/http shows it. */
const isServed = (name: string) =>
  !Object.values(quirkOf(name).answers).some(({ failure }) => failure === 'timeout' || failure === 'dns');
const names = healthSystemNames().filter(isServed);
/** Whose report is also committed as the command prints it. */
const printed = ['keycloak-registration-at-issuer', 'smart-1x'];

const systems = new Map<string, ServedHealthSystem>();
let api: Api;
let url: string;

const growthChart = {
  client_name: 'Growth Chart',
  redirect_uris: ['https://app.example/callback'],
  scope: 'launch openid fhirUser offline_access patient/Observation.rs',
  contacts: ['smart@app.example'],
};
const applications = {
  'growth-chart': { clientMetadata: growthChart },
  // What v1 has no words for, and what a policy leaves out.
  granular: {
    clientMetadata: {
      ...growthChart,
      scope: 'launch openid patient/Observation.rs?category=laboratory patient/Condition.c patient/*.read',
    },
  },
  trimming: { clientMetadata: growthChart, policies: { trimScopes: true } },
  faulty: {
    clientMetadata: {
      ...growthChart,
      application_type: 'web',
      redirect_uris: ['https://app.example/callback', 'com.example.app:/callback'],
      scope: 'openid patient/observation.rs',
      contacts: ['Support'],
      initiate_login_uri: 'https://app.example/login',
    },
  },
};

beforeAll(async () => {
  for (const name of names) systems.set(name, await serveHealthSystem(name));
  api = await startApi(
    {},
    [...systems.values()].flatMap(({ hosts }) => hosts),
  );
  for (const [id, application] of Object.entries(applications)) {
    const { status } = await api.call('PUT', `/v1/applications/${id}`, { key: api.administrator, body: application });
    expect(status).toBe(201);
  }
  url = await api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await api.close();
  for (const system of systems.values()) await system.close();
});

const codes = (findings: readonly { severity: string; code: string; pointer?: string }[]) =>
  findings.map(({ severity, code, pointer }) =>
    [severity, code, ...(pointer === undefined ? [] : [pointer])].join(' '),
  );

function endpointsOf({ source, tokenEndpoint, registrationSource, registrationEndpoint, candidate }: DiscoveryView) {
  const waiting = candidate === undefined ? null : `${candidate.registrationEndpoint} (${candidate.source})`;
  return { source, tokenEndpoint, registrationSource, registrationEndpoint, candidate: waiting };
}

/** What is committed of a report. Times, sizes and hashes are of the served copy. */
function expectationOf({ method, discovery, lint, scopes, nextAction }: PreflightReport) {
  return {
    method,
    endpoints: endpointsOf(discovery),
    findings: codes(discovery.findings),
    lint: codes(lint),
    scopes: {
      sent: scopes?.sent?.join(' ') ?? null,
      differences: scopes?.differences.map(({ kind, scope }) => `${kind} ${scope}`),
    },
    owner: /\b(operator|administrator|Whoever runs Registrar)\b/.exec(nextAction)?.[1],
    nextAction,
  };
}

/** What is committed, after it was written where that was asked for. */
function committed(name: string, file: string, text: string): string {
  const path = new URL(file, folderOf(name));
  if (rewrite) writeFileSync(path, text);
  return readFileSync(path, 'utf8');
}

function systemOf(name: string): ServedHealthSystem {
  const system = systems.get(name);
  if (system === undefined) throw new Error(`${name} is not served`);
  return system;
}

it('there are more than ten of them', () => {
  expect(names.length).toBeGreaterThan(40);
});

describe('preflight equals what is committed', () => {
  it.each(names)('%s', async (name) => {
    const { quirk, served, named } = systemOf(name);
    const { fhirBaseUrl, given, preflight } = quirk;
    const { status, text } = await api.call('POST', '/v1/preflight', {
      key: api.administrator,
      body: JSON.parse(
        served(
          JSON.stringify({
            fhirBaseUrl,
            applicationId: preflight.application,
            environment: preflight.environment,
            registrationEndpoint: given.registrationEndpoint,
            issuer: given.issuer,
            discoveryHeaders: given.headers,
          }),
        ),
      ),
    });
    expect(status).toBe(200);
    const expectation = expectationOf(JSON.parse(named(text)) as PreflightReport);
    expect(expectation).toEqual(
      JSON.parse(committed(name, 'preflight.json', `${JSON.stringify(expectation, null, 2)}\n`)),
    );
  });

  it.each(names)('%s has the findings that discovery alone has', (name) => {
    const read = (file: string) => JSON.parse(readFileSync(new URL(file, folderOf(name)), 'utf8'));
    const [preflight, discovery] = [read('preflight.json'), read('expected.json')];
    if (discovery.failure !== null) expect([preflight.method, preflight.findings.length]).toEqual([null, 1]);
    else expect(preflight.findings).toEqual(discovery.findings);
  });

  it.each(printed)('%s, as the command prints it', async (name) => {
    const { quirk, served, named } = systemOf(name);
    const terminal = fakeTerminal({ input: api.operator });
    const { application, environment } = quirk.preflight;
    const options = ['--application', application, '--environment', environment, '--url', url, '--key-stdin'];
    const exitCode = await runCommandLine(['preflight', served(quirk.fhirBaseUrl), ...options], terminal);
    expect(terminal.notes).toEqual([]);
    expect(exitCode).toBe(0);
    // The hash is of the served copy.
    const text = named(`${terminal.printed.join('\n')}\n`).replaceAll(/\b[0-9a-f]{64}\b/g, '…');
    expect(text).toBe(committed(name, 'preflight.txt', text));
  });
});
