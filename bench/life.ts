import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { HistoryEvent } from './actions.ts';
import type { Onboarding } from './onboarding.ts';
import type { Peer } from './peers.ts';
import type { Product } from './product.ts';
import type { Episode, Life } from './year.ts';

/** Milliseconds between two looks. */
const lookInterval = 200;
/** Milliseconds after which an episode is given up. */
const patience = 120_000;

interface Run {
  readonly runId: string;
  readonly events: readonly HistoryEvent[];
  /** It waits, and nothing but a timer is open. */
  readonly parked: boolean;
}

/** Records what one registration does, each thing from its park to the next. Operations stand for what comes by itself. */
export async function recordLife(product: Product, onboarding: Onboarding, peers: readonly Peer[]): Promise<Life> {
  const { address, namespace } = product.temporal;
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    const registrationId = await onboarding.one(peers);
    const recorder = new Recorder(client, product, registrationId);
    const onboarded = await recorder.untilParked();
    const asked = async (operation: string): Promise<Episode> => {
      await product.call('POST', `/v1/registrations/${registrationId}/${operation}`, {});
      return await recorder.untilParked();
    };
    const rotation = await asked('rotate');
    const proof = await asked('verify');
    return { onboarding: onboarded, rotation, proof, discovery: await asked('discover') };
  } finally {
    await connection.close();
  }
}

class Recorder {
  readonly #client: Client;
  readonly #product: Product;
  readonly #registrationId: string;
  /** Events of each run that earlier episodes have. */
  readonly #told = new Map<string, number>();
  #rows = 0;

  constructor(client: Client, product: Product, registrationId: string) {
    this.#client = client;
    this.#product = product;
    this.#registrationId = registrationId;
  }

  /** What came since the last time, once the entity has parked anew. */
  async untilParked(): Promise<Episode> {
    const deadline = performance.now() + patience;
    for (;;) {
      const runs = await this.#runs();
      const last = runs.at(-1);
      if (last?.parked === true && !this.#told.has(last.runId)) return await this.#episode(runs);
      if (performance.now() > deadline) throw new Error(`${this.#registrationId} does not park`);
      await delay(lookInterval);
    }
  }

  async #episode(runs: readonly Run[]): Promise<Episode> {
    const fresh = runs.map((run) => ({ run, events: run.events.slice(this.#told.get(run.runId) ?? 0) }));
    for (const { runId, events } of runs) this.#told.set(runId, events.length);
    const rows = await this.#auditRows();
    const auditRows = rows - this.#rows;
    this.#rows = rows;
    return {
      events: fresh.flatMap(({ events }) => events),
      longestRun: Math.max(...fresh.filter(({ events }) => events.length > 0).map(({ run }) => run.events.length)),
      auditRows,
    };
  }

  async #runs(): Promise<Run[]> {
    const workflowId = `registration/${this.#registrationId}`;
    const found: { runId: string; startedAt: number }[] = [];
    for await (const { runId, startTime } of this.#client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
      found.push({ runId, startedAt: startTime.getTime() });
    found.sort((a, b) => a.startedAt - b.startedAt);
    return await Promise.all(
      found.map(async ({ runId }) => {
        const handle = this.#client.workflow.getHandle(workflowId, runId);
        const { events } = await handle.fetchHistory();
        return runOf(runId, events ?? []);
      }),
    );
  }

  async #auditRows(): Promise<number> {
    let count = 0;
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `/v1/registrations/${this.#registrationId}/events?limit=100${query}`;
      const page: { items: unknown[]; nextCursor?: string | null } = await this.#product.call('GET', path);
      count += page.items.length;
      cursor = page.nextCursor ?? null;
    } while (cursor !== null);
    return count;
  }
}

type Fetched = NonNullable<Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']>;

/** Names of the attributes say what an event is: its number is the server's own. */
function runOf(runId: string, fetched: Fetched): Run {
  const events = fetched.map((event) => {
    const [name = '', attributes] = Object.entries(event).find(([key]) => key.endsWith('EventAttributes')) ?? [];
    const { workflowTaskCompletedEventId, markerName } = (attributes ?? {}) as Record<string, unknown>;
    return {
      eventType: name
        .replace(/EventAttributes$/, '')
        .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
        .toUpperCase(),
      workflowTask: workflowTaskCompletedEventId == null ? null : `${runId}/${String(workflowTaskCompletedEventId)}`,
      marker: typeof markerName === 'string' ? markerName : null,
    };
  });
  const types = events.map(({ eventType }) => eventType);
  const first = types.includes('WORKFLOW_EXECUTION_STARTED') && types.at(-1) === 'TIMER_STARTED';
  return { runId, events, parked: first && types.length <= parkedEvents };
}

/** Started, workflow task scheduled, started and completed, timer. */
const parkedEvents = 5;
