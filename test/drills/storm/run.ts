import type { RegistrationView } from '../../../domain/registration/view.ts';
import { defaultTimePolicy, type TimePolicy } from '../../../domain/time/policy.ts';
import { type BehaviourName, behaviours } from '../../support/peers/behaviour.ts';
import { openSimulatedWorld, type SimulatedWorld } from '../../support/simulated/world.ts';
import { waitFor } from '../../support/waitFor.ts';
import { bounds, countedRequests, judgeAttention, judgeRate, type Look } from './judge.ts';

const hour = 3_600_000;

/** What one system saw of the product in so many simulated days. */
export interface StormReport {
  readonly system: string;
  /** Simulated days that passed: fewer than asked for where a bound was crossed. */
  readonly days: number;
  readonly requests: number;
  /** Those that count: see {@link countedRequests}. */
  readonly counted: number;
  readonly secrets: number;
  readonly problems: readonly string[];
}

/**
 * Lets a registration live at each of the systems for so many simulated days, looking at it every `lookEvery`
 * milliseconds, and judges by the peer's ledger. Ends early once a bound is crossed: a storm lets no time pass.
 */
export async function runStorm(
  servers: { readonly classPath: string },
  systems: readonly BehaviourName[],
  days: number,
  options: {
    readonly lookEvery?: number;
    readonly policy?: TimePolicy;
    /** Systems at which a person asks for a rotation once the registration is active: the first update is not waited for. */
    readonly rotatedAt?: readonly BehaviourName[];
    readonly say?: (line: string) => void;
  } = {},
): Promise<StormReport[]> {
  const { lookEvery = 6 * hour, policy = defaultTimePolicy, rotatedAt = [], say = () => undefined } = options;
  const world = await openSimulatedWorld(servers.classPath, policy);
  const looks = new Map<string, Look[]>(systems.map((system) => [system, []]));
  try {
    const start = await world.time.read();
    await onboardAt(world, systems);
    const crossed = crossing(world, systems);
    for (const system of rotatedAt)
      await world.api.ok('POST', `/v1/registrations/${registrationIdOf(system)}/rotate`, {});
    const end = start + days * 24 * hour;
    for (let now = start; now < end; ) {
      const isCrossed = await Promise.race([world.advance(lookEvery).then(() => false), crossed]);
      if (isCrossed) break;
      now = await world.time.read();
      for (const [system, seen] of looks)
        seen.push({ at: now, view: await world.api.registration(registrationIdOf(system)) });
    }
    const passed = ((await world.time.read()) - start) / (24 * hour);
    const ledger = world.peer.ledger();
    return systems.map((system) => {
      const report = {
        system,
        days: Math.round(passed * 10) / 10,
        requests: ledger.requests.filter((request) => request.system === system).length,
        counted: countedRequests(ledger, system).length,
        secrets: ledger.clients.filter((client) => client.system === system).flatMap(({ secrets }) => secrets).length,
        problems: [...judgeRate(ledger, system), ...judgeAttention(system, looks.get(system) ?? [])],
      };
      say(
        `${system}: ${report.days} days, ${report.counted} of ${report.requests} requests count, ${report.secrets} secrets`,
      );
      return report;
    });
  } finally {
    await world.close();
  }
}

const registrationIdOf = (system: string) => `${system}.app.sandbox.main`;

async function onboardAt({ api, peer }: SimulatedWorld, systems: readonly BehaviourName[]): Promise<void> {
  await api.ok('PUT', '/v1/applications/app', {
    clientMetadata: {
      client_name: 'Storm',
      redirect_uris: ['https://app.example.org/callback'],
      scope: 'openid patient/*.rs',
    },
    environments: { sandbox: { class: 'nonProduction' } },
  });
  for (const system of systems) {
    // A server that tells nothing of anybody's secret would not let it become active.
    peer.program(system, { ...behaviours[system], token: 'honest' });
    await api.ok('POST', '/v1/tenants', {
      tenantId: system,
      name: system,
      registrations: [
        { applicationId: 'app', environment: 'sandbox', fhirBaseUrl: peer.fhirBaseUrl(system), method: 'auto' },
      ],
    });
  }
  for (const system of systems) {
    let last: RegistrationView | null = null;
    await waitFor(
      async () => {
        last = await api.registration(registrationIdOf(system));
        return last.phase === 'active';
      },
      { what: `${system} to be active`, seen: () => last && { phase: last.phase, conditions: last.conditions } },
    );
    peer.program(system, behaviours[system]);
  }
}

/** Resolves to true when a system was asked more often than a bound allows; a proven rotation is known only later. */
function crossing({ peer }: SimulatedWorld, systems: readonly BehaviourName[]): Promise<true> {
  return new Promise((resolve) => {
    let count = 0;
    const stop = peer.watch(({ kind }) => {
      if (kind !== 'register' && kind !== 'manage') return;
      count += 1;
      if (count % 16 !== 0) return;
      const ledger = peer.ledger();
      const isOver = systems.some((system) => judgeRate(ledger, system).length > 0 && isWellOver(system));
      if (!isOver) return;
      stop();
      resolve(true);
    });

    /** One rotation may be on its way to its proof. */
    function isWellOver(system: string): boolean {
      const times = countedRequests(peer.ledger(), system);
      return times.length > (bounds[0]?.most ?? 0) + 8;
    }
  });
}
