import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { SealError, type Sealer } from '../../stores/crypto/keyring.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** The name that Temporal's samples and tools use for payloads that a codec encrypted. */
const encoding = 'binary/encrypted';
const encodedEncoding = new TextEncoder().encode(encoding);

/** A payload that is not ours, or not of this workflow. Says nothing about its contents. */
export class PayloadRefusedError extends Error {
  override readonly name = 'PayloadRefusedError';
  readonly code: SealError['code'];
  constructor(error: SealError) {
    super(`a payload was refused: ${error.message}`);
    this.code = error.code;
  }
}

/**
 * What a payload is bound to: namespace and workflow id, which a workflow and its activities share. The SDK gives no
 * context for the failure of a workflow task that could not be decoded; refusing to encode it would end the worker, so
 * it is bound to nothing, and no workflow takes it.
 */
function aadOf(context: SerializationContext | undefined): readonly string[] {
  if (context === undefined) return ['unbound'];
  if (context.workflowId) return ['workflow', context.namespace, context.workflowId];
  const { activityId = '' } = context as { activityId?: string };
  return ['activity', context.namespace, activityId];
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
    try {
      if (given == null || new TextDecoder().decode(given) !== encoding) throw new SealError('not-sealed');
      return PayloadMessage.decode(sealer.open(payload.data ?? new Uint8Array(), aad));
    } catch (error) {
      throw error instanceof SealError ? new PayloadRefusedError(error) : error;
    }
  }

  return {
    async encode(payloads, context) {
      const aad = aadOf(context);
      return payloads.map((payload) => seal(payload, aad));
    },
    async decode(payloads, context) {
      const aad = aadOf(context);
      return payloads.map((payload) => open(payload, aad));
    },
  };
}
