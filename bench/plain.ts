import { performance } from 'node:perf_hooks';
import { inParallel } from './concurrency.ts';
import { fhirBaseOf, type Peer, peerOf } from './peers.ts';
import { discover, register, requestToken } from './requests.ts';

/**
 * What Registrar is compared with: the same requests to the same peers by `fetch`, and nothing else. Nothing is stored,
 * nothing survives. A process of its own, so that its processor time is its own.
 */
export interface PlainWork {
  readonly peers: readonly Peer[];
  readonly tenants: number;
  /** Tenants at once; 1 = one at a time. */
  readonly width: number;
}

export interface PlainResult {
  /** Milliseconds from the first request to the last answer. */
  readonly elapsed: number;
  readonly cpuMilliseconds: number;
  /** Milliseconds of each tenant. */
  readonly each: readonly number[];
}

async function onboard(peer: Peer, tenant: string): Promise<void> {
  const { registration, token } = await discover(fhirBaseOf(peer, tenant));
  await requestToken(token, await register(registration, peer.initialAccessToken));
}

async function run({ peers, tenants, width }: PlainWork): Promise<PlainResult> {
  const each: number[] = [];
  const usage = process.cpuUsage();
  const startedAt = performance.now();
  await inParallel(tenants, width, async (index) => {
    const began = performance.now();
    await onboard(peerOf(peers, index), `plain-${index}`);
    each.push(performance.now() - began);
  });
  const elapsed = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(usage);
  return { elapsed, cpuMilliseconds: (user + system) / 1000, each };
}

process.on('message', (work: PlainWork) => {
  run(work).then(
    (result) => process.send?.(result),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
