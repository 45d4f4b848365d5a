import type { RegistrationView } from '../../domain/registration/view.ts';
import { relativeTime } from '../../domain/time/relative.ts';
import type { DemoEvent } from './api.ts';

const headings = ['Registration', 'Phase', 'Credential', 'Expires', 'Rotates', 'Needs attention'];

/** The table of registrations as lines; columns as wide as their contents. `now` in milliseconds since the epoch. */
export function renderTable(views: readonly RegistrationView[], now: number): string[] {
  const rows = [headings, ...views.map((view) => cellsOf(view, now))];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(view: RegistrationView, now: number): string[] {
  const { credential } = view;
  const attention = view.conditions.find(({ type, status }) => type === 'NeedsAttention' && status === 'True');
  return [
    view.registrationId,
    view.phase,
    view.credentialHealth,
    when(credential?.expiresAt, now, credential?.expiryKnown === true ? 'never' : ''),
    when(credential?.rotationDueAt, now, ''),
    attention?.reason ?? '',
  ];
}

function when(time: string | null | undefined, now: number, otherwise: string): string {
  return time == null ? otherwise : relativeTime(Date.parse(time), now);
}

/** One line of the timeline. */
export function renderEvent(event: DemoEvent): string {
  return `${event.at.slice(11, 19)}  ${event.type.padEnd(28)} ${event.registrationId.split('.')[0]}: ${event.message}`;
}

/** Table over the newest events, cut to a terminal of `columns` and `rows`. */
export function renderScreen(
  views: readonly RegistrationView[],
  events: readonly DemoEvent[],
  size: { readonly columns: number; readonly rows: number },
  footer: readonly string[],
  now: number,
): string {
  const table = renderTable(views, now);
  const room = Math.max(1, size.rows - table.length - footer.length - 3);
  const newest = events.slice(-room).map(renderEvent);
  const lines = [...table, '', ...newest, '', ...footer];
  return lines.map((line) => line.slice(0, size.columns)).join('\n');
}
