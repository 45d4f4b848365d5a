import type { EventRecord } from '../../domain/ports/lists/events.ts';
import type { Visibility } from '../../domain/ports/visibility.ts';
import type { EventFeed } from './feed.ts';

/** Milliseconds after which a browser that lost the stream opens it again. */
const reconnectAfter = 2_000;

/** One event in the format of an event stream (HTML Living Standard, section 9.2). */
export function frameOf(event: EventRecord): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/**
 * The text of an event stream after a position, until `signal` ends it or the database fails: the reader then comes
 * back with the last id. It is pulled, so a slow reader holds no more than what was written last.
 */
export async function* streamText(
  feed: EventFeed,
  start: number,
  visibility: Visibility,
  options: { readonly heartbeatInterval: number; readonly signal: AbortSignal },
): AsyncGenerator<string, void> {
  const { heartbeatInterval, signal } = options;
  let position = start;
  yield `retry: ${reconnectAfter}\n\n`;
  while (!signal.aborted) {
    const read = await feed.after(position, visibility).catch(() => null);
    if (read === null) return;
    for (const event of read.events) yield frameOf(event);
    const moved = read.position > position;
    position = read.position;
    if (moved) continue;
    const more = await feed.wait(position, heartbeatInterval, signal);
    if (!more && !signal.aborted) yield ': waiting\n\n';
  }
}
