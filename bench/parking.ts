import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { BenchDatabase } from './database.ts';
import { Onboarding } from './onboarding.ts';
import type { Peers } from './peers.ts';
import type { Product } from './product.ts';
import { type Cpu, Sampler } from './sampler.ts';

/** Milliseconds that entities of this measurement rest: longer than a flood takes, so that none parks in it. */
export const shortRest = 30_000;
/** Milliseconds in which the processes alone are watched. */
const alone = 5_000;
/** Milliseconds between two looks. */
const lookInterval = 500;
/** Milliseconds without any progress after which it is given up. */
const patience = 3 * shortRest;

/**
 * Processor time of onboardings until each entity has rested and parked (continued as new, with nothing but a timer),
 * less what the processes use anyway in that time. The product is one with {@link shortRest}.
 */
export async function measureParking(
  parts: { readonly product: Product; readonly database: BenchDatabase; readonly peers: Peers },
  tenants: number,
): Promise<Cpu> {
  const { product, peers } = parts;
  const { address, namespace } = product.temporal;
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    const onboarding = new Onboarding(product);
    await onboarding.prepare();
    const warmUp = peers.all.length;
    await onboarding.flood(warmUp, peers.all);
    await untilParked(client, warmUp);
    const idle = await Sampler.start(parts);
    await delay(alone);
    const { cpu: usual } = await idle.perOnboarding(alone);
    const sampler = await Sampler.start(parts);
    const startedAt = performance.now();
    await onboarding.flood(tenants, peers.all);
    await untilParked(client, warmUp + tenants);
    const elapsed = performance.now() - startedAt;
    const { cpu } = await sampler.perOnboarding(tenants);
    const beyond = (used: number | null, perMillisecond: number | null) =>
      used === null || perMillisecond === null ? null : used - (perMillisecond * elapsed) / tenants;
    return {
      registrar: beyond(cpu.registrar, usual.registrar),
      temporal: beyond(cpu.temporal, usual.temporal),
      both: beyond(cpu.both, usual.both),
      postgresql: beyond(cpu.postgresql, usual.postgresql),
      peers: beyond(cpu.peers, usual.peers),
    };
  } finally {
    await connection.close();
  }
}

async function untilParked(client: Client, all: number): Promise<void> {
  let best = -1;
  let deadline = 0;
  for (;;) {
    const { count } = await client.workflow.count(
      `WorkflowType = 'registration' AND ExecutionStatus = 'ContinuedAsNew'`,
    );
    if (count >= all) return;
    if (count > best) {
      best = count;
      deadline = performance.now() + patience;
    }
    if (performance.now() > deadline) throw new Error(`only ${count} of ${all} entities parked`);
    await delay(lookInterval);
  }
}
