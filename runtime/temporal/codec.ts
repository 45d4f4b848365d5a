import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { SealError, type Sealer } from '../../stores/crypto/keyring.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** The name that Temporal's samples and tools use for payloads that a codec encrypted. */
const encoding = 'binary/encrypted';
const encodedEncoding = new TextEncoder().encode(encoding);

export type PayloadRefusal = 'not-encrypted' | 'no-context' | SealError['code'];

const messages: Record<Exclude<PayloadRefusal, SealError['code']>, string> = {
  'not-encrypted': 'a payload was refused: Registrar did not encrypt it',
  'no-context': 'a payload was refused: it is bound to no workflow',
};

/** A payload that is not ours, or not of this workflow. Says nothing about its contents. */
export class PayloadRefusedError extends Error {
  override readonly name = 'PayloadRefusedError';
  readonly code: PayloadRefusal;
  constructor(refusal: Exclude<PayloadRefusal, SealError['code']> | SealError) {
    super(refusal instanceof SealError ? `a payload was refused: ${refusal.message}` : messages[refusal]);
    this.code = refusal instanceof SealError ? refusal.code : refusal;
  }
}

/**
 * Namespace and workflow id, which workflow and its activities share. A payload outside of any workflow (a standalone
 * activity) could be put anywhere and is refused.
 */
function aadOf(context: SerializationContext | undefined): readonly string[] {
  if (!context?.workflowId) throw new PayloadRefusedError('no-context');
  return [context.namespace, context.workflowId];
}

/**
 * Encrypts everything that the SDK hands to codecs: arguments and results of workflows, activities (local ones too),
 * updates, queries and signals, memos, heartbeats, and the attributes and details of failures. Not handed to codecs, and so
 * never to hold anything but ids and words: search attributes, headers, names and ids, and what the SDK's core writes
 * into markers (patch ids; activity ids and times of local activities).
 *
 * @param sealer of the label `codec`.
 */
export function createPayloadCodec(sealer: Sealer): PayloadCodec {
  function seal(payload: Payload, aad: readonly string[]): Payload {
    return {
      metadata: { encoding: encodedEncoding },
      data: sealer.seal(PayloadMessage.encode(payload).finish(), aad),
    };
  }

  function open(payload: Payload, aad: readonly string[]): Payload {
    const given = payload.metadata?.['encoding'];
    if (given === undefined || new TextDecoder().decode(given) !== encoding)
      throw new PayloadRefusedError('not-encrypted');
    try {
      return PayloadMessage.decode(sealer.open(payload.data ?? new Uint8Array(), aad));
    } catch (error) {
      throw error instanceof SealError ? new PayloadRefusedError(error) : error;
    }
  }

  return {
    async encode(payloads, context) {
      if (payloads.length === 0) return [];
      const aad = aadOf(context);
      return payloads.map((payload) => seal(payload, aad));
    },
    async decode(payloads, context) {
      if (payloads.length === 0) return [];
      const aad = aadOf(context);
      return payloads.map((payload) => open(payload, aad));
    },
  };
}
