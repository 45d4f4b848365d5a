import { describe, expect, test } from 'vitest';
import { judgeRegistrationAnswer } from '../../../../domain/client/answer.ts';
import { mostMetadataBytes } from '../../../../domain/client/metadata.ts';
import { afterDiscovery } from '../../../../domain/entity/after/discovery.ts';
import { afterRequest } from '../../../../domain/entity/after/request.ts';
import { queueBytes } from '../../../../domain/entity/bound.ts';
import { acceptOperation, beginOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { EntityState, OpenRequest } from '../../../../domain/entity/state.ts';
import { stateLimit } from '../../../../domain/ports/entityState.ts';
import { byteBound } from '../../../../domain/text/byteBound.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const sizeOf = (state: EntityState) => Buffer.byteLength(JSON.stringify(state));

const nameOf = (type: number) => `${'abcdefghijklm'[type % 13]}${'abcdefghijklm'[Math.floor(type / 13)]}`;

/** As a server of SMART 2 lists them: contexts × types × rights. */
const advertised = ['patient', 'user', 'system']
  .flatMap((context) =>
    Array.from({ length: 145 }, (_, type) => type).flatMap((type) =>
      ['read', 'write', '*', 'rs', 'cud', 'cruds'].map((access) => `${context}/Resource${nameOf(type)}.${access}`),
    ),
  )
  .slice(0, 2_000);
const scope = ['launch', 'openid', ...advertised.filter((_, index) => index % 9 === 0)].join(' ').slice(0, 9_000);
const asking = { metadata: { client_name: 'App', redirect_uris: ['https://app.example/cb'], scope } };
const found = discoveryOf({ scopesSupported: advertised, capabilities: ['permission-v2'] });

describe('whatever a server says, a state can be recorded', () => {
  test('after a document of two thousand scopes', () => {
    const { state, transitions } = afterDiscovery(stateOf({}, asking), found, t0);
    expect(sizeOf(state)).toBeLessThan(stateLimit);
    expect(state.phase).toBe('registering');
    expect(state.discovery?.findings.map(({ code }) => code)).toContain('scopes-cut');
    expect(transitions.at(-1)?.view?.discovery).toEqual(state.discovery);
  });

  test('after a proposal of another one, beside the snapshot that holds', () => {
    const active = stateOf({ phase: 'active', current: credentialOf(), discovery: found }, asking);
    const moved = { ...found, tokenEndpoint: 'https://elsewhere.example/token' };
    const { state } = afterDiscovery(active, moved, t0);
    expect(sizeOf(state)).toBeLessThan(stateLimit);
    expect(state.discovery?.proposal?.view.tokenEndpoint).toBe(moved.tokenEndpoint);
  });

  test('after an answer that registers none of a hundred scopes, and others', () => {
    const request: OpenRequest = { intentId: 'i', kind: 'register', operationId: 'o' };
    const before = stateOf({ phase: 'registering', discovery: found, request }, asking);
    const judged = judgeRegistrationAnswer({
      asked: asking.metadata,
      registered: { redirectUris: ['https://app.example/cb'], scopes: advertised.map((one) => `x/${one}`) },
      offer: found,
    });
    const credential = credentialOf({ place: 'management', provedAt: null });
    const outcome = {
      kind: 'stored',
      credential,
      ...judged,
      revision: 1,
      ownRevision: 0,
      tokenReceived: true,
      notes: [],
    } as const;
    const { state } = afterRequest(before, request, outcome, t0, defaultTimePolicy);
    expect(sizeOf(state)).toBeLessThan(stateLimit);
    expect(state.pending).toEqual(credential);
    expect(new Set(state.scopes?.differences.map(({ kind }) => kind))).toContain('not-registered');
  });

  test('while launches are reported faster than they are noted', () => {
    const report = { outcome: 'success', mode: 'ehr', error: null, grantedScopes: advertised.slice(0, 400) } as const;
    let state = stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf() }, asking);
    const refusals: (string | null)[] = [];
    for (let index = 0; index < 10; index += 1) {
      const operation = {
        kind: 'reportLaunch',
        operationId: `${index}`,
        actor: 'a',
        reason: null,
        details: report,
      } as const;
      const refusal = refusalOf(state, operation);
      refusals.push(refusal);
      if (refusal === null) state = acceptOperation(state, operation);
    }
    expect(sizeOf(state)).toBeLessThan(stateLimit);
    expect(refusals[0]).toBeNull();
    expect(refusals.at(-1)).toMatch(/waiting already/);
    const [first] = state.operations;
    expect(sizeOf(beginOperation(state, first!, t0).state)).toBeLessThan(stateLimit);
  });

  test('while the largest metadata are changed to others, and everything else is long as well', () => {
    const metadata = {
      ...asking.metadata,
      software_statement: 'x'.repeat(mostMetadataBytes - byteBound(asking.metadata) - 30),
    };
    const endpoints = {
      tokenEndpoint: `https://a.example/${'t'.repeat(900)}`,
      jwksUri: `https://a.example/${'j'.repeat(900)}`,
    };
    const large = discoveryOf({ ...found, ...endpoints, capabilities: advertised.map((one) => `vendor-${one}`) });
    const before = stateOf(
      {
        phase: 'active',
        current: credentialOf(),
        discovery: { ...large, findings: advertised.map((message) => ({ code: 'c', severity: 'info', message })) },
        change: { config: configOf({ metadata }), members: ['scope'], serverErrors: 0 },
        recentOperationIds: Array.from({ length: 50 }, () => crypto.randomUUID()),
        attentions: [{ topic: 'peer', reason: 'PeerUnavailable', message: 'ü'.repeat(2_000) }],
      },
      { metadata },
    );
    const { state } = afterDiscovery(before, { ...large, tokenEndpoint: 'https://elsewhere.example/token' }, t0);
    expect(sizeOf(state)).toBeLessThan(stateLimit - queueBytes);
    expect(state.config).toEqual(before.config);
    expect(state.change).toEqual(before.change);
    expect(state.discovery?.tokenEndpoint).toBe(large.tokenEndpoint);
  });

  test('and what fits is left as it is', () => {
    const few = discoveryOf({ scopesSupported: advertised.slice(0, 100) });
    expect(afterDiscovery(stateOf({}, asking), few, t0).state.discovery).toEqual(few);
  });
});
