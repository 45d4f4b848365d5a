import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Keyring } from '../../stores/crypto/keyring.ts';
import { createPayloadCodec } from './codec.ts';

/** Also to be given to `bundleWorkflowCode`: failures are converted inside the workflow's sandbox too. */
export const failureConverterPath = fileURLToPath(new URL('./failureConverter.ts', import.meta.url));

/** For every client and worker alike: payloads encrypted, failures without causes and foreign stack traces. */
export function dataConverter(keyring: Keyring): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keyring.sealer('codec'))], failureConverterPath };
}
