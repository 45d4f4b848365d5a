import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault } from '../problems/faults.ts';
import { pointerOf } from '../problems/pointers.ts';

/** The headers that cannot be sent, by name; their values are never told. `at` is where `discoveryHeaders` stands. */
export function refusedHeaders(
  { takesHeader }: ApiDependencies['discovery'],
  headers: Readonly<Record<string, string>>,
  at = '',
): Fault[] {
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([name, text]) => {
    const pointer = `${at}${pointerOf(['discoveryHeaders', name])}`;
    const isKnown = seen.size === seen.add(name.toLowerCase()).size;
    if (isKnown) return [fault('validation-failed', pointer, 'is named twice; header names know no case')];
    if (takesHeader(name, text)) return [];
    return [
      fault(
        'validation-failed',
        pointer,
        'cannot be sent: the name is none or one that Registrar sets itself, or the value holds what no header may',
      ),
    ];
  });
}
