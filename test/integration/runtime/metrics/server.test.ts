import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../../runtime/log/log.ts';
import { createMetrics } from '../../../../runtime/metrics/metrics.ts';
import { type MetricsServer, startMetricsServer } from '../../../../runtime/metrics/server.ts';

const log = createLog('silent');

describe('metrics server', () => {
  let server: MetricsServer | null = null;
  afterEach(() => server?.close());

  it('serves /metrics only, on loopback', async () => {
    const readFleet = async () => ({
      phases: {},
      credentialHealth: {},
      needsAttention: 7,
      nextExpiry: null,
      expiringTokens: 0,
      unnoticed: 0,
      pausedOrigins: 0,
    });
    const { registry } = createMetrics({ readFleet, spoolDepth: async () => 3, clock: { now: () => 0 }, log });
    server = await startMetricsServer({ registry, log, port: 0 });
    const url = `http://127.0.0.1:${server.port}`;
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await answer.text()).toContain('registrar_needs_attention 7\n');
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('says which variable to change when the port is in use', async () => {
    server = await startMetricsServer({ registry: new Registry(), log, port: 0 });
    await expect(startMetricsServer({ registry: new Registry(), log, port: server.port })).rejects.toThrow(
      `Port ${server.port} for metrics is in use. Set REGISTRAR_METRICS_PORT to a free port.`,
    );
  });
});
