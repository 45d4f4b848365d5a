import { eventTypes } from '../../../domain/registration/view.ts';
import type { EventRecord } from './shapes.ts';

export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** Milliseconds until a stream that the browser gave up on is opened anew. */
const reopenAfter = 3_000;

/**
 * Follows the event stream. The browser reconnects by itself with the last event's id; where it gives up (an error
 * status), a new stream is opened that cannot name that id, so `onGap` asks the pages to read their state again.
 * Returns the function that ends it.
 */
export function followEvents(handlers: {
  onState: (state: LiveState) => void;
  onEvent: (event: EventRecord) => void;
  onGap: () => void;
  /** The stream was refused: the session may have ended. */
  onRefused: () => void;
}): () => void {
  let source: EventSource;
  let timer: number | undefined;
  let opened = false;
  let ended = false;

  function open(): void {
    source = new EventSource('/v1/events');
    source.addEventListener('open', () => {
      handlers.onState('live');
      if (opened) handlers.onGap();
      opened = true;
    });
    source.addEventListener('error', () => {
      if (ended) return;
      handlers.onState('reconnecting');
      if (source.readyState !== EventSource.CLOSED) return;
      handlers.onRefused();
      timer = window.setTimeout(open, reopenAfter);
    });
    for (const type of eventTypes) {
      source.addEventListener(type, (message) => {
        try {
          handlers.onEvent(JSON.parse(message.data) as EventRecord);
        } catch {
          handlers.onGap();
        }
      });
    }
  }

  handlers.onState('connecting');
  open();
  return () => {
    ended = true;
    window.clearTimeout(timer);
    source.close();
  };
}
