import { setTimeout as wait } from 'node:timers/promises';
import { Agent, EventSource } from 'undici';
import type { EventRecord } from '../domain/records.ts';
import { eventTypes } from '../domain/registrationView.ts';
import type { ApiClient } from './client.ts';
import { CommandError } from './errors.ts';
import { eventLine, type Look } from './render.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds until a stream that was refused is opened anew. */
const reopenAfter = 3_000;

/**
 * Follows the event stream until `signal` aborts. A broken connection is taken up again after the last event; a stream
 * that the API refuses is opened anew once the API answers, and `onOpen` tells that events may have been missed.
 * Rejects when the key is refused.
 */
async function follow(
  client: ApiClient,
  signal: AbortSignal,
  handlers: { onEvent: (event: EventRecord) => void; onOpen?: () => void; onBroken?: () => void },
): Promise<void> {
  const agent = new Agent({ bodyTimeout: 0 }).compose((dispatch) => (options, handler) => {
    const headers = { ...(options.headers as Record<string, string>), authorization: client.authorization };
    return dispatch({ ...options, headers }, handler);
  });
  try {
    while (!signal.aborted) {
      const refused = await followOnce(
        new EventSource(new URL('/v1/events', client.url), { node: { dispatcher: agent } }),
        signal,
        handlers,
      );
      if (!refused) return;
      // Shows why: an ended key rejects here, and a stopped Registrar does after a few tries.
      await client.get('/v1/summary', signal);
      await wait(reopenAfter, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await agent.destroy();
  }
}

/** True when the API refused the stream; false when `signal` ended it. */
function followOnce(
  source: EventSource,
  signal: AbortSignal,
  handlers: Parameters<typeof follow>[2],
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (refused: boolean) => {
      signal.removeEventListener('abort', onAbort);
      source.close();
      resolve(refused);
    };
    const onAbort = () => end(false);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return end(false);
    source.addEventListener('open', () => handlers.onOpen?.());
    source.addEventListener('error', () => {
      handlers.onBroken?.();
      if (source.readyState === EventSource.CLOSED) end(true);
    });
    for (const type of eventTypes)
      source.addEventListener(type, (message) => {
        handlers.onEvent(JSON.parse((message as Event & { readonly data: string }).data) as EventRecord);
      });
  });
}

/** Prints every event as a line, or as a JSON object on a line, until Ctrl-C. */
export async function printEvents(
  client: ApiClient,
  terminal: Terminal,
  options: { readonly json: boolean; readonly belongs: (event: EventRecord) => boolean },
): Promise<void> {
  await follow(client, terminal.signal, {
    onOpen: () => terminal.note('Following events; Ctrl-C ends.'),
    onBroken: () => terminal.note('The connection broke; connecting again.'),
    onEvent: (event) => {
      if (options.belongs(event)) terminal.out(options.json ? JSON.stringify(event) : eventLine(event));
    },
  });
}

/** Milliseconds that events are gathered before the state is read again; and between redraws for relative times. */
const gatherFor = 250;
const tick = 1_000;

const csi = '\u001b[';
const openScreen = `${csi}?1049h${csi}?25l`;
const closeScreen = `${csi}?25h${csi}?1049l`;

/**
 * One picture over the last one: every line is overwritten and its rest erased, nothing is cleared first, and a
 * terminal that knows synchronized output (mode 2026) shows it at once.
 */
export function picture(lines: readonly string[], rows: number): string {
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines`] : lines;
  return `${csi}?2026h${csi}H${shown.map((line) => `${line}${csi}K`).join('\r\n')}${csi}J${csi}?2026l`;
}

/** Keeps the whole terminal current until Ctrl-C. `read` reads the state and answers how it is drawn. */
export async function redraw(
  client: ApiClient,
  terminal: Terminal,
  read: () => Promise<(look: Look) => string[]>,
): Promise<void> {
  let render = await read();
  let live = false;
  let last = '';
  let problem: string | null = null;

  function draw(): void {
    const { columns, rows } = terminal.size();
    const head = `Registrar at ${client.url.origin} · ${problem ?? (live ? 'live' : 'connecting…')} · Ctrl-C ends`;
    const next = picture([head, '', ...render({ columns, colour: terminal.hasColour, now: terminal.now() })], rows);
    if (next !== last) terminal.write(next);
    last = next;
  }

  let reading: Promise<void> | null = null;
  let again = false;
  async function gather(): Promise<void> {
    await wait(gatherFor);
    do {
      again = false;
      try {
        render = await read();
        problem = null;
      } catch (error) {
        problem = error instanceof CommandError ? error.message : 'the state could not be read';
      }
      draw();
    } while (again && !terminal.signal.aborted);
    reading = null;
  }
  function changed(): void {
    if (reading === null) reading = gather();
    else again = true;
  }

  terminal.write(openScreen);
  const offResize = terminal.onResize(() => {
    last = '';
    changed();
    draw();
  });
  const timer = setInterval(draw, tick);
  try {
    draw();
    await follow(client, terminal.signal, {
      onOpen: () => {
        live = true;
        changed();
      },
      onBroken: () => {
        live = false;
        draw();
      },
      onEvent: changed,
    });
  } finally {
    clearInterval(timer);
    offResize();
    await reading;
    terminal.write(closeScreen);
  }
}
