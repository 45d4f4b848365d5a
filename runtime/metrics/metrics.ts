import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { InitialAccessTokenList } from '../../domain/ports/lists/initialAccessTokens.ts';
import type { RegistrationList } from '../../domain/ports/lists/registrations.ts';
import type { FleetSummary } from '../../domain/ports/lists/summary.ts';
import type { Reconciliation } from '../../domain/ports/registrations/reconciliation.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { credentialHealths, phases } from '../../domain/words.ts';
import type { Log } from '../log/log.ts';

/** What a request to a health system was for. */
export const peerRequestPurposes = ['discovery', 'registration', 'management', 'token', 'other'] as const;
export type PeerRequestPurpose = (typeof peerRequestPurposes)[number];

/** How it ended: by status class, without an answer, or refused by our own guard before it was sent. */
export const peerRequestOutcomes = [
  'success',
  'redirect',
  'client_error',
  'server_error',
  'no_answer',
  'refused',
] as const;
export type PeerRequestOutcome = (typeof peerRequestOutcomes)[number];

/** Counts over all registrations, from the read model. */
export interface Fleet {
  readonly phases: Readonly<Record<string, number>>;
  readonly credentialHealth: Readonly<Record<string, number>>;
  readonly needsAttention: number;
  /** Earliest expiry of a current credential, milliseconds since the epoch (UTC); null when none expires. */
  readonly nextExpiry: number | null;
  /** Initial access tokens that end within a day and were not used. */
  readonly expiringTokens: number;
  /** Credentials whose due time or end passed while their health says otherwise. */
  readonly unnoticed: number;
  /** Servers whose proofs pause. */
  readonly pausedOrigins: number;
}

export interface Metrics {
  readonly registry: Registry;
  countPeerRequest(purpose: PeerRequestPurpose, outcome: PeerRequestOutcome): void;
}

/** Reads the {@link Fleet} of everybody; retired registrations do not count for the next expiry. */
export function fleetReader(
  records: FleetSummary &
    Pick<RegistrationList, 'registrations'> &
    Pick<InitialAccessTokenList, 'expiringTokens'> &
    Pick<Reconciliation, 'unnoticed'>,
): () => Promise<Fleet> {
  const everything = { tenantIds: null, applicationIds: null };
  return async () => {
    const [summary, soonest, expiringTokens, unnoticed] = await Promise.all([
      records.summary(everything),
      records.registrations({ phase: 'active', sort: 'expiresAt' }, everything, { limit: 1 }),
      records.expiringTokens(),
      records.unnoticed(0),
    ]);
    const expiresAt = soonest.items[0]?.credential?.expiresAt ?? null;
    const nextExpiry = expiresAt === null ? null : Date.parse(expiresAt);
    return {
      ...summary,
      expiringTokens,
      unnoticed: unnoticed.count,
      nextExpiry,
      pausedOrigins: summary.pausedOrigins.length,
    };
  };
}

/** The last answer for some seconds, so that many scrapers cost one query; concurrent callers share one. */
function cached<Value>(read: () => Promise<Value>, clock: Clock, milliseconds: number): () => Promise<Value> {
  let last: { at: number; value: Promise<Value> } | null = null;
  return () => {
    const now = clock.now();
    if (last !== null && now - last.at < milliseconds) return last.value;
    const value = read();
    last = { at: now, value };
    value.catch(() => {
      if (last?.value === value) last = null;
    });
    return value;
  };
}

const cacheMilliseconds = 5_000;

/**
 * Registry with the gauges of the fleet, the counter of requests to health systems and the process metrics. All label
 * values come from closed vocabularies, so that no peer can make new series.
 *
 * @param options.readFleet asked at a scrape, at most every five seconds.
 * @param options.spoolDepth asked at a scrape; answers of health systems that wait on this disk for the database.
 */
export function createMetrics(options: {
  readonly readFleet: () => Promise<Fleet>;
  readonly spoolDepth: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const readFleet = cached(options.readFleet, options.clock, cacheMilliseconds);
  const registers = [registry];

  /** A gauge that is filled at each scrape, and has no samples while the read model does not answer. */
  function fleetGauge<Label extends string>(
    settings: { name: string; help: string; labelNames?: readonly Label[] },
    fill: (gauge: Gauge<Label>, fleet: Fleet) => void,
  ): void {
    new Gauge<Label>({
      ...settings,
      registers,
      async collect() {
        if (settings.labelNames === undefined) this.remove();
        else this.reset();
        const fleet = await readFleet().catch(() => null);
        if (fleet !== null) fill(this, fleet);
      },
    });
  }
  fleetGauge(
    { name: 'registrar_registrations', help: 'Registrations by phase.', labelNames: ['phase'] },
    (gauge, fleet) => {
      for (const phase of phases) gauge.set({ phase }, fleet.phases[phase] ?? 0);
    },
  );
  fleetGauge(
    {
      name: 'registrar_credential_health',
      help: 'Registrations by the health of their current credential.',
      labelNames: ['health'],
    },
    (gauge, fleet) => {
      for (const health of credentialHealths) gauge.set({ health }, fleet.credentialHealth[health] ?? 0);
    },
  );
  fleetGauge({ name: 'registrar_needs_attention', help: 'Registrations that wait for a person.' }, (gauge, fleet) =>
    gauge.set(fleet.needsAttention),
  );
  fleetGauge(
    {
      name: 'registrar_next_expiry_timestamp_seconds',
      help: 'Earliest expiry of a current credential of an active registration, in seconds since the epoch.',
    },
    (gauge, fleet) => {
      if (fleet.nextExpiry !== null) gauge.set(fleet.nextExpiry / 1000);
    },
  );
  fleetGauge(
    {
      name: 'registrar_initial_access_tokens_expiring',
      help: 'Initial access tokens that end within a day and were not used.',
    },
    (gauge, fleet) => gauge.set(fleet.expiringTokens),
  );
  fleetGauge(
    {
      name: 'registrar_credentials_unnoticed',
      help: 'Credentials whose due time or end passed while their health says otherwise: nobody works on them.',
    },
    (gauge, fleet) => gauge.set(fleet.unnoticed),
  );
  fleetGauge(
    {
      name: 'registrar_paused_origins',
      help: 'Servers whose proofs pause, as too many turned bad together; /v1/summary names them.',
    },
    (gauge, fleet) => gauge.set(fleet.pausedOrigins),
  );
  new Gauge({
    name: 'registrar_read_model_up',
    help: '1 when the read model answered this scrape, 0 when the figures of the fleet are missing.',
    registers,
    async collect() {
      try {
        await readFleet();
        this.set(1);
      } catch (error) {
        options.log.warn('metrics.read-model-unavailable', {}, error);
        this.set(0);
      }
    },
  });
  new Gauge({
    name: 'registrar_spooled_answers',
    help: 'Answers of health systems that wait in the spool of this instance for the database.',
    registers,
    async collect() {
      this.remove();
      const depth = await options.spoolDepth().catch(() => null);
      if (depth !== null) this.set(depth);
    },
  });
  const requests = new Counter({
    name: 'registrar_peer_requests_total',
    help: 'Requests to health systems by purpose and outcome.',
    labelNames: ['purpose', 'outcome'] as const,
    registers,
  });
  return { registry, countPeerRequest: (purpose, outcome) => requests.inc({ purpose, outcome }) };
}
