import type { DiscoveryHeaderLedger, DiscoveryHeaders } from '../../domain/ports/ledgers/discoveryHeaders.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault } from '../problems/faults.ts';
import { pointerOf } from '../problems/pointers.ts';
import type { TakeBack } from './actions.ts';

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

/**
 * Replaces a registration's headers.
 *
 * @returns what puts those before back, unless others came after these.
 */
export async function replaceHeaders(
  records: DiscoveryHeaderLedger,
  registrationId: string,
  headers: DiscoveryHeaders,
): Promise<TakeBack> {
  const before = await records.discoveryHeaders(registrationId);
  await records.putDiscoveryHeaders(registrationId, headers);
  return async () => {
    const now = await records.discoveryHeaders(registrationId);
    if (isSame(now, headers)) await records.putDiscoveryHeaders(registrationId, before);
  };
}

function isSame(one: DiscoveryHeaders, other: DiscoveryHeaders): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
