import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventFeed } from '../../../../api/events/feed.ts';
import { streamText } from '../../../../api/events/stream.ts';
import type { EventRecord } from '../../../../domain/ports/lists/events.ts';
import type { Visibility } from '../../../../domain/ports/visibility.ts';

const everything: Visibility = { tenantIds: null, applicationIds: null };
const interval = 100;

function eventAt(position: number, tenantId = 'clinic'): EventRecord {
  return {
    position,
    sequence: 1,
    at: '2026-11-21T09:00:00.000Z',
    type: 'registration.created',
    registrationId: `${tenantId}.app.production.main`,
    actor: 'system',
    message: 'added',
  };
}

/** Events in memory, with what was asked of them. */
class FakeRecords {
  readonly events: EventRecord[] = [];
  reads = 0;
  failing = false;

  async eventsAfter(position: number, { tenantIds }: Visibility, limit: number): Promise<EventRecord[]> {
    this.reads += 1;
    if (this.failing) throw new Error('away');
    return this.events
      .filter((event) => event.position > position)
      .filter(({ registrationId }) => tenantIds === null || tenantIds.includes(registrationId.split('.')[0]!))
      .slice(0, limit);
  }

  async lastPosition(): Promise<number> {
    if (this.failing) throw new Error('away');
    return this.events.at(-1)?.position ?? 0;
  }

  add(count: number, tenantId?: string): void {
    for (let made = 0; made < count; made += 1) this.events.push(eventAt(this.events.length + 1, tenantId));
  }
}

let records: FakeRecords;
let feed: EventFeed;

beforeEach(() => {
  vi.useFakeTimers();
  records = new FakeRecords();
  feed = new EventFeed(records, interval);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Reads a stream in the background. */
function follow(start: number, visibility = everything, heartbeatInterval = 1e9) {
  const abort = new AbortController();
  const chunks: string[] = [];
  const done = (async () => {
    for await (const chunk of streamText(feed, start, visibility, { heartbeatInterval, signal: abort.signal }))
      chunks.push(chunk);
  })();
  const ids = () => chunks.flatMap((chunk) => /^id: (\d+)/.exec(chunk)?.[1] ?? []).map(Number);
  const stop = async () => {
    abort.abort();
    await done;
  };
  return { chunks, ids, stop, done };
}

const rounds = (count: number) => vi.advanceTimersByTimeAsync(count * interval);

describe('event feed', () => {
  test('one poller serves all readers that keep up', async () => {
    const readers = Array.from({ length: 50 }, () => follow(0));
    await rounds(2);
    records.reads = 0;
    records.add(3);
    await rounds(5);
    for (const reader of readers) expect(reader.ids()).toEqual([1, 2, 3]);
    expect(records.reads).toBeLessThanOrEqual(6);
    await Promise.all(readers.map((reader) => reader.stop()));
  });

  test('asks nothing while nobody waits', async () => {
    const reader = follow(0);
    await rounds(2);
    await reader.stop();
    await rounds(2);
    records.reads = 0;
    await rounds(20);
    expect(records.reads).toBe(0);
  });

  test('replays any number of events in order and goes on live', async () => {
    records.add(2_600);
    const reader = follow(100);
    await rounds(3);
    records.add(10);
    await rounds(3);
    expect(reader.ids()).toEqual(Array.from({ length: 2_510 }, (_none, index) => index + 101));
    await reader.stop();
  });

  test('a burst beyond what is kept reaches a reader whole', async () => {
    const reader = follow(0);
    await rounds(2);
    records.add(5_000);
    await rounds(20);
    expect(reader.ids()).toEqual(Array.from({ length: 5_000 }, (_none, index) => index + 1));
    await reader.stop();
  });

  test('shows what is visible only, replayed and live', async () => {
    records.add(2, 'hidden');
    records.add(2, 'clinic');
    const reader = follow(0, { tenantIds: ['clinic'], applicationIds: null });
    await rounds(3);
    records.add(2, 'hidden');
    records.add(1, 'clinic');
    await rounds(3);
    expect(reader.ids()).toEqual([3, 4, 7]);
    await reader.stop();
  });

  test('a long pause without readers is not read back for new ones', async () => {
    const first = follow(0);
    await rounds(2);
    await first.stop();
    await rounds(2);
    records.add(100_000);
    const second = follow(100_000);
    await rounds(2);
    records.add(1);
    await rounds(2);
    expect(second.ids()).toEqual([100_001]);
    await second.stop();
  });

  test('a database that is away while readers wait is asked again', async () => {
    const reader = follow(0);
    await rounds(2);
    records.failing = true;
    await rounds(5);
    records.failing = false;
    records.add(1);
    await rounds(3);
    expect(reader.ids()).toEqual([1]);
    await reader.stop();
  });

  test('a replay that fails ends the stream, so that the reader comes back with its last id', async () => {
    records.add(1);
    records.failing = true;
    const reader = follow(0);
    await reader.done;
    expect(reader.chunks).toEqual(['retry: 2000\n\n']);
  });

  test('an idle stream says that it is alive', async () => {
    const reader = follow(0, everything, 1_000);
    await rounds(35);
    expect(reader.chunks.filter((chunk) => chunk === ': waiting\n\n')).toHaveLength(3);
    await reader.stop();
  });
});
