import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { afterDiscovery, afterDiscoveryFailure } from '../../../../domain/entity/after/discovery.ts';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import { attentionOf } from '../../../../domain/people/attention.ts';
import type { DiscoveryView } from '../../../../domain/registration/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';
import { discover } from '../../../../protocols/smart/discover.ts';
import { stateOf, t0 } from '../../../support/entity.ts';
import {
  type HealthSystem,
  healthSystemNames,
  healthSystemsFolder,
  openHealthSystem,
} from '../../../support/healthSystems.ts';

const rewrite = process.env['REWRITE_EXPECTED'] === '1';

async function discoverAt({ quirk, client }: HealthSystem): Promise<DiscoveryView | RegistrarFailure> {
  const { fhirBaseUrl, given } = quirk;
  try {
    return await discover(client, {
      fhirBaseUrl,
      isAllowedUrl: (url) => parsePublicUrl(url).ok,
      registrationEndpoint: given.registrationEndpoint ?? null,
      issuer: given.issuer ?? null,
      headers: given.headers ?? {},
    });
  } catch (error) {
    if (error instanceof RegistrarFailure) return error;
    throw error;
  }
}

/** What a registration at this health system comes to: what was found, whose turn it is and what to do. */
function outcomeOf(found: DiscoveryView | RegistrarFailure, asked: readonly string[]) {
  const { state } =
    found instanceof RegistrarFailure
      ? afterDiscoveryFailure(stateOf(), { ...found, message: found.message }, t0, defaultTimePolicy)
      : afterDiscovery(stateOf(), found, t0);
  const attention = attentionOf(state);
  return {
    discovery: found instanceof RegistrarFailure ? null : endpointsOf(found),
    failure: found instanceof RegistrarFailure ? failureOf(found) : null,
    findings:
      found instanceof RegistrarFailure ? [] : found.findings.map(({ code, severity }) => `${severity} ${code}`),
    requests: asked,
    phase: state.phase,
    owner: attention === null ? 'registrar' : 'person',
    nextAction: attention?.action ?? null,
  };
}

function failureOf({ reason, message, retryAfterSeconds }: RegistrarFailure) {
  return { reason, message, retryAfterSeconds };
}

function endpointsOf(view: DiscoveryView) {
  const { source, tokenEndpoint, authorizationEndpoint, issuer, registrationSource, registrationEndpoint } = view;
  const candidate = view.candidate ?? null;
  if (candidate !== null) {
    expect(view.evidence.map(({ sha256 }) => sha256)).toContain(candidate.evidenceHash);
  }
  return {
    source,
    tokenEndpoint,
    authorizationEndpoint,
    issuer,
    registrationSource,
    registrationEndpoint,
    candidate: candidate === null ? null : `${candidate.registrationEndpoint} (${candidate.source})`,
  };
}

describe('health systems with quirks', () => {
  it.each(healthSystemNames())('%s', async (name) => {
    const system = openHealthSystem(name);
    const outcome = outcomeOf(await discoverAt(system), system.asked);
    const file = new URL(`${name}/expected.json`, healthSystemsFolder);
    if (rewrite) writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`);
    expect(outcome).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });
});

it('the table of the README names every health system, and no other', () => {
  const readme = readFileSync(new URL('README.md', healthSystemsFolder), 'utf8');
  const [, table = ''] = readme.split('## Which quirk is where');
  const folders = table.split('\n').flatMap((row) => (row.split('|')[2] ?? '').split(','));
  const named = folders.map((name) => name.trim()).filter((name) => /^[a-z0-9-]*[a-z0-9]$/.test(name));
  expect([...new Set(named)].sort()).toEqual(healthSystemNames());
});
