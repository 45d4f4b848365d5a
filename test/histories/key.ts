import { dataConverter } from '../../runtime/temporal/dataConverter.ts';
import { createKeyring, parseMasterKey } from '../../stores/crypto/keyring.ts';

/**
 * TEST ONLY, and public on purpose: the master key under which the golden histories of this folder are encrypted, so
 * that every later release can replay them. It protects nothing and is never to be given to a running Registrar.
 */
const testOnlyMasterKey = 'test-only:Z29sZGVuIGhpc3RvcmllcywgdGVzdCBvbmx5IGtleSE=';

export const goldenKeyring = createKeyring(parseMasterKey(testOnlyMasterKey));
export const goldenConverter = dataConverter(goldenKeyring);

/** The codec binds namespace and workflow id; the SDK replays in this namespace. */
export const goldenNamespace = 'default';
