/** Events of both lists, each once, newest first. */
import type { EventRecord } from '../../../domain/ports/lists/events.ts';
export function mergeEvents(known: readonly EventRecord[], arrived: readonly EventRecord[]): EventRecord[] {
  const byPosition = new Map(known.map((event) => [event.position, event]));
  for (const event of arrived) byPosition.set(event.position, event);
  return [...byPosition.values()].sort((one, other) => other.position - one.position);
}

/** A changed value as text; what a peer sent stays text whatever its shape. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
