import { setTimeout as wait } from 'node:timers/promises';
import type { EventRecord } from '../domain/ports/lists/events.ts';
import type { ApiClient } from './client.ts';
import { CommandError } from './errors.ts';
import { followEvents } from './eventStream.ts';
import { eventLine, type Look } from './render.ts';
import type { Terminal } from './terminal.ts';

/** Prints every event as a line, or as a JSON object on a line, until Ctrl-C. */
export async function printEvents(
  client: ApiClient,
  terminal: Terminal,
  options: { readonly json: boolean; readonly belongs: (event: EventRecord) => boolean },
): Promise<void> {
  await followEvents(client, terminal.signal, {
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
    do {
      await wait(gatherFor);
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
    await followEvents(client, terminal.signal, {
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
