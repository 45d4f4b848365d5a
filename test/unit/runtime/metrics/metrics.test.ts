import { describe, expect, it } from 'vitest';
import { createLog } from '../../../../runtime/log/log.ts';
import { createMetrics, type Fleet, fleetReader } from '../../../../runtime/metrics/metrics.ts';

const log = createLog('silent');
const fleet: Fleet = {
  phases: { active: 3 },
  credentialHealth: { healthy: 2 },
  needsAttention: 1,
  nextExpiry: 1_800_000_000_000,
  expiringTokens: 2,
  unnoticed: 4,
  pausedOrigins: 1,
};

describe('createMetrics', () => {
  it('shows every phase and health, attention and next expiry in seconds', async () => {
    const { registry } = createMetrics({
      readFleet: async () => fleet,
      spoolDepth: async () => 3,
      clock: { now: () => 0 },
      log,
    });
    const text = await registry.metrics();
    for (const line of [
      'registrar_registrations{phase="active"} 3',
      'registrar_registrations{phase="retired"} 0',
      'registrar_credential_health{health="healthy"} 2',
      'registrar_needs_attention 1',
      'registrar_initial_access_tokens_expiring 2',
      'registrar_credentials_unnoticed 4',
      'registrar_paused_origins 1',
      'registrar_next_expiry_timestamp_seconds 1800000000',
      'registrar_read_model_up 1',
      'registrar_spooled_answers 3',
    ])
      expect(text).toContain(`${line}\n`);
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('asks the read model once for concurrent scrapes and again after five seconds', async () => {
    let asked = 0;
    let now = 0;
    const readFleet = async () => {
      asked += 1;
      return fleet;
    };
    const { registry } = createMetrics({ readFleet, spoolDepth: async () => 3, clock: { now: () => now }, log });
    await Promise.all([registry.metrics(), registry.metrics()]);
    now = 4_999;
    await registry.metrics();
    expect(asked).toBe(1);
    now = 5_000;
    await registry.metrics();
    expect(asked).toBe(2);
  });

  it('has no figures of the fleet, instead of old ones, while the read model does not answer', async () => {
    let now = 0;
    let fails = false;
    const readFleet = async () => {
      if (fails) throw new Error('no');
      return fleet;
    };
    const { registry, countPeerRequest } = createMetrics({
      readFleet,
      spoolDepth: async () => 3,
      clock: { now: () => now },
      log,
    });
    await registry.metrics();
    countPeerRequest('token', 'client_error');
    fails = true;
    now = 10_000;
    const text = await registry.metrics();
    expect(text).toContain('registrar_read_model_up 0');
    expect(text).not.toMatch(/^registrar_(registrations|credential_health|needs_attention|next_expiry\w+)[{ ]/m);
    expect(text).toContain('registrar_peer_requests_total{purpose="token",outcome="client_error"} 1');
    fails = false;
    expect(await registry.metrics()).toContain('registrar_needs_attention 1');
  });

  it('has no next expiry when nothing expires', async () => {
    const { registry } = createMetrics({
      readFleet: async () => ({ ...fleet, nextExpiry: null }),
      spoolDepth: () => Promise.reject(new Error('no disk')),
      clock: { now: () => 0 },
      log,
    });
    const text = await registry.metrics();
    expect(text).not.toMatch(/^registrar_next_expiry_timestamp_seconds \d/m);
    // A disk that cannot be read is no empty spool.
    expect(text).not.toMatch(/^registrar_spooled_answers \d/m);
  });
});

describe('fleetReader', () => {
  it('takes the soonest expiry of the active registrations', async () => {
    const asked: unknown[] = [];
    const read = fleetReader({
      summary: async () => ({
        phases: {},
        credentialHealth: {},
        needsAttention: 0,
        expiring: [],
        pausedOrigins: [{} as never],
      }),
      expiringTokens: async () => 3,
      unnoticed: async () => ({ count: 5, first: [] }),
      registrations: async (...parameters: unknown[]) => {
        asked.push(...parameters);
        return { items: [{ credential: { expiresAt: '2027-01-15T08:00:00.000Z' } }] } as never;
      },
    });
    expect(await read()).toMatchObject({
      nextExpiry: 1_800_000_000_000,
      expiringTokens: 3,
      unnoticed: 5,
      pausedOrigins: 1,
    });
    expect(asked).toEqual([
      { phase: 'active', sort: 'expiresAt' },
      { tenantIds: null, applicationIds: null },
      { limit: 1 },
    ]);
  });
});
