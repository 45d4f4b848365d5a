import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect, it, vi } from 'vitest';
import { stepPriority } from '../../../../domain/servers/workPriority.ts';
import { describeWith } from '../../../support/describeWith.ts';
import type { NamedStep, spread } from './priorityWorkflow.ts';

const patience = { timeout: 60_000, interval: 1000 };
const workflowsPath = fileURLToPath(new URL('./priorityWorkflow.ts', import.meta.url));

/**
 * Steps of the little work. The server spreads a queue over four partitions by chance and drains each by itself: with
 * few of them chance alone would decide, in this many the order weighs more.
 */
const few = 16;

/** A vendor with much work that nobody waits for, another with little, and urgent work that came last. */
const steps: NamedStep[] = [
  ...Array.from({ length: 6 * few }, (_, index) => ({
    name: `large-${index}`,
    priority: stepPriority('bulk', 'large.example'),
  })),
  ...Array.from({ length: few }, (_, index) => ({
    name: `small-${index}`,
    priority: stepPriority('bulk', `${'x'.repeat(80)}.small.example`),
  })),
  ...Array.from({ length: few }, (_, index) => ({
    name: `expiring-${index}`,
    priority: stepPriority('expiring', 'large.example'),
  })),
];

describeWith('temporal', 'priorities of steps', ({ temporal }) => {
  it('are taken by the server, and urgent steps pass those of a vendor with very many', {
    timeout: 240_000,
  }, async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const native = await NativeConnection.connect({ address: temporal.address });
    const { namespace } = temporal;
    const queue = `priority-${crypto.randomUUID()}`;
    const peerQueue = `${queue}-peer`;
    const workflows = await Worker.create({ connection: native, namespace, taskQueue: queue, workflowsPath });
    const order: string[] = [];
    await workflows.runUntil(async () => {
      const client = new Client({ connection, namespace });
      const handle = await client.workflow.start<typeof spread>('spread', {
        workflowId: queue,
        taskQueue: queue,
        args: [peerQueue, steps],
      });
      const scheduled = async () =>
        ((await handle.fetchHistory()).events ?? []).flatMap(
          ({ activityTaskScheduledEventAttributes: attributes }) => attributes ?? [],
        );
      await vi.waitFor(async () => expect(await scheduled()).toHaveLength(steps.length), patience);
      expect((await scheduled()).map(({ priority }) => priority)).toMatchObject(steps.map(({ priority }) => priority));
      const peer = await Worker.create({
        connection: native,
        namespace,
        taskQueue: peerQueue,
        activities: { work: async (name: string) => void order.push(name) },
        maxConcurrentActivityTaskExecutions: 1,
      });
      await peer.runUntil(handle.result());
    });
    expect(order).toHaveLength(steps.length);
    const meanOf = (kind: string) => {
      const places = order.flatMap((name, place) => (name.startsWith(kind) ? [place] : []));
      return places.reduce((sum, place) => sum + place, 0) / places.length;
    };
    // What takes no turns comes by chance, at the same mean as the others; with turns it was below half of it.
    expect(meanOf('expiring')).toBeLessThan(meanOf('large') / 2);
    expect(meanOf('small')).toBeLessThan(0.75 * meanOf('large'));
    await connection.close();
    await native.close();
  });
});
