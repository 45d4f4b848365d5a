import { Buffer } from 'node:buffer';
import type { Sealer } from '../crypto/sealer.ts';

/**
 * Which sealed column of which row: a value moved to another place cannot be opened there. The sealer adds its label.
 */
export type SealedPlace = readonly [
  column:
    | 'intents.answer'
    | 'management_tokens.token'
    | 'orphans.token'
    | 'orphans.answer'
    | 'late_answers.answer'
    | 'entering_secrets.value'
    | 'discovery_headers.headers'
    | 'idempotency.body'
    | 'authorization_server_credentials.credential',
  ...rowId: string[],
];

export function sealJson(sealer: Sealer, place: SealedPlace, value: unknown): Uint8Array {
  return sealer.seal(Buffer.from(JSON.stringify(value), 'utf8'), place);
}

/** The value as it was sealed; its type is known because only we can have sealed it. */
export function openJson<Value>(sealer: Sealer, place: SealedPlace, sealed: Uint8Array): Value {
  return JSON.parse(Buffer.from(sealer.open(sealed, place)).toString('utf8')) as Value;
}
