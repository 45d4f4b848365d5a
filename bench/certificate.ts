import { fileURLToPath } from 'node:url';

const fixtures = new URL('../test/integration/protocols/http/fixtures/', import.meta.url);
/** PEM of the peers that speak TLS; whoever speaks to them trusts it by NODE_EXTRA_CA_CERTS. */
export const certificateFile = fileURLToPath(new URL('ehr.test.cert.pem', fixtures));
export const certificateKeyFile = fileURLToPath(new URL('ehr.test.key.pem', fixtures));
