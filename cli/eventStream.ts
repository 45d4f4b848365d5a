import { setTimeout as wait } from 'node:timers/promises';
import type { EventRecord } from '../domain/ports/lists/events.ts';
import { type ApiClient, problemError } from './client.ts';

/** One message of an event stream (HTML Living Standard, section 9.2.6). */
export interface StreamMessage {
  /** Last id that the stream named, on this message or before it; null = none yet. */
  readonly id: string | null;
  readonly data: string;
}

/** Messages of an event stream; a message that was not ended by an empty line is dropped, as the standard says. */
export async function* parseEventStream(chunks: AsyncIterable<string>): AsyncGenerator<StreamMessage, void> {
  let rest = '';
  let id: string | null = null;
  let data: string[] = [];
  for await (const chunk of chunks) {
    // A final carriage return waits: the line feed that belongs to it may come with the next chunk.
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*)(?::\u0020?(.*))?$/s.exec(line) ?? [];
      if (line === '') {
        if (data.length > 0) yield { id, data: data.join('\n') };
        data = [];
      } else if (field === 'data') data.push(value);
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
  }
}

/** Milliseconds until a broken stream is opened anew. */
const reopenAfter = 1_000;

/** Answers that say the caller may not read the stream; everything else may pass. */
const refusals: ReadonlySet<number> = new Set([401, 403, 404]);

/**
 * Follows the event stream until `signal` aborts. A broken stream is taken up again after the last event, so that none
 * is missed. Rejects when the key is refused.
 */
export async function followEvents(
  client: ApiClient,
  signal: AbortSignal,
  handlers: { onEvent: (event: EventRecord) => void; onOpen: () => void; onBroken: () => void },
): Promise<void> {
  let lastId: string | null = null;
  for (;;) {
    try {
      const headers = new Headers({ accept: 'text/event-stream', authorization: client.authorization });
      if (lastId !== null) headers.set('last-event-id', lastId);
      const response = await fetch(new URL('/v1/events', client.url), { headers, signal, redirect: 'error' });
      if (refusals.has(response.status)) throw problemError(response.status, await response.json().catch(() => null));
      if (response.ok && response.body !== null) {
        handlers.onOpen();
        for await (const message of parseEventStream(response.body.pipeThrough(new TextDecoderStream()))) {
          lastId = message.id;
          handlers.onEvent(JSON.parse(message.data) as EventRecord);
        }
      } else await response.body?.cancel();
    } catch (error) {
      if (signal.aborted) return;
      // What fetch rejects with says no more than that the connection broke.
      if (!(error instanceof TypeError)) throw error;
    }
    if (signal.aborted) return;
    handlers.onBroken();
    await wait(reopenAfter, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}
