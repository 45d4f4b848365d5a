import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { inParallel } from './concurrency.ts';
import { fhirBaseOf, type Peer, peerOf } from './peers.ts';
import type { Product } from './product.ts';
import { application, applicationId } from './work.ts';

/** Requests to the API that are under way at once while tenants are added. */
export const floodWidth = 16;
/** Milliseconds between two looks: rare enough to cost nothing beside many onboardings, often enough for one. */
const summaryInterval = 100;
const registrationInterval = 10;
/** Milliseconds without any progress after which a run is given up. */
const patience = 60_000;

interface Summary {
  readonly phases: Readonly<Record<string, number>>;
  readonly needsAttention: number;
}

/** Adds tenants through the API and waits until their registrations are active. */
export class Onboarding {
  readonly #product: Product;
  #added = 0;

  constructor(product: Product) {
    this.#product = product;
  }

  async prepare(): Promise<void> {
    await this.#product.call('PUT', `/v1/applications/${applicationId}`, application);
  }

  /** Adds many at full speed. Milliseconds from the first request until the last registration is active. */
  async flood(count: number, peers: readonly Peer[]): Promise<number> {
    const startedAt = performance.now();
    const added = inParallel(count, floodWidth, async () => void (await this.#add(peers)));
    // A failure to add must not wait for what will never be active.
    await Promise.all([added, added.then(() => this.#untilAllActive())]);
    return performance.now() - startedAt;
  }

  /** Adds one after the other, each when the one before is active. Milliseconds of each. */
  async oneByOne(count: number, peers: readonly Peer[]): Promise<number[]> {
    const each: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const startedAt = performance.now();
      await this.#untilActive(await this.#add(peers));
      each.push(performance.now() - startedAt);
    }
    return each;
  }

  /** Adds one; resolves to the id of its registration once it is active. */
  async one(peers: readonly Peer[]): Promise<string> {
    const registrationId = await this.#add(peers);
    await this.#untilActive(registrationId);
    return registrationId;
  }

  /** Resolves to the id of the registration. */
  async #add(peers: readonly Peer[]): Promise<string> {
    const index = this.#added++;
    const tenantId = `tenant-${index}`;
    const peer = peerOf(peers, index);
    const { registrations } = await this.#product.call<{ registrations: [{ registrationId: string }] }>(
      'POST',
      '/v1/tenants',
      {
        tenantId,
        name: `Health system ${index}`,
        registrations: [
          { applicationId, fhirBaseUrl: fhirBaseOf(peer, tenantId), initialAccessToken: peer.initialAccessToken },
        ],
      },
    );
    return registrations[0].registrationId;
  }

  async #untilActive(registrationId: string): Promise<void> {
    const deadline = performance.now() + patience;
    for (;;) {
      const view = await this.#product.call<{ phase: string }>('GET', `/v1/registrations/${registrationId}`);
      if (view.phase === 'active') return;
      if (performance.now() > deadline) throw new Error(`${registrationId} stays ${JSON.stringify(view)}`);
      await delay(registrationInterval);
    }
  }

  async #untilAllActive(): Promise<void> {
    let best = 0;
    let deadline = performance.now() + patience;
    for (;;) {
      const { phases, needsAttention } = await this.#product.call<Summary>('GET', '/v1/summary');
      const active = phases['active'] ?? 0;
      if (active === this.#added) return;
      if (needsAttention > 0 || performance.now() > deadline)
        throw new Error(`not every registration became active: ${JSON.stringify({ phases, needsAttention })}`);
      if (active > best) {
        best = active;
        deadline = performance.now() + patience;
      }
      await delay(summaryInterval);
    }
  }
}
