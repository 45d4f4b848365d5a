import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { ConfigError } from '../config/error.ts';
import { isLoopback, parseHostAndPort } from '../config/hostAndPort.ts';

/** Fits both `Connection.connect` of the client and `NativeConnection.connect` of the worker. */
export interface TemporalConnectionOptions {
  readonly connection: Pick<NativeConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'> & { address: string };
  readonly namespace: string;
}

const defaultNamespace = 'default';

/** The SDK reads the API key from `TEMPORAL_API_KEY`; we add the `_FILE` form that all our secrets have. */
function withApiKeyFile(environment: Environment): Record<string, string> {
  const variables = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const copy = Object.fromEntries(variables);
  const path = copy['TEMPORAL_API_KEY_FILE'];
  if (path === undefined || path === '' || copy['TEMPORAL_API_KEY'] !== undefined) return copy;
  try {
    return { ...copy, TEMPORAL_API_KEY: readFileSync(path, 'utf8').trim() };
  } catch {
    throw new ConfigError([
      { variable: 'TEMPORAL_API_KEY_FILE', reason: `the file ${path} cannot be read`, nextStep: 'Check the path' },
    ]);
  }
}

function load(environment: Environment): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({ overrideEnvVars: withApiKeyFile(environment) });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The SDK's message may quote the configuration file, which holds keys.
    throw new ConfigError([
      {
        variable: 'TEMPORAL_*',
        reason: 'the configuration of the Temporal client cannot be read',
        nextStep: 'Check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the certificate paths of TEMPORAL_TLS_*',
      },
    ]);
  }
}

/**
 * How to reach Temporal: the standard variables (and file) of the SDK's `loadClientConnectConfig` with
 * `TEMPORAL_ADDRESS`, or the embedded server. Throws {@link ConfigError} when the connection would be plaintext off
 * loopback (DESIGN section 2).
 *
 * @param embeddedAddress where the embedded server listens; needed when the configuration says `embedded`.
 */
export function temporalConnectionOptions(
  config: Pick<Config, 'temporal'>,
  environment: Environment,
  embeddedAddress?: string,
): TemporalConnectionOptions {
  if (config.temporal.kind === 'embedded') {
    if (embeddedAddress === undefined) throw new RangeError('the embedded Temporal server has no address yet');
    return { connection: { address: embeddedAddress }, namespace: defaultNamespace };
  }
  const { address } = config.temporal;
  const { connectionOptions, namespace } = load(environment);
  const { tls, apiKey, metadata } = connectionOptions;
  const host = parseHostAndPort(address)?.host ?? address;
  if ((tls === undefined || tls === null || tls === false) && !isLoopback(host))
    throw new ConfigError([
      {
        variable: 'TEMPORAL_TLS',
        reason: `the connection to ${address} would be plaintext, which is refused off loopback`,
        nextStep: 'Set TEMPORAL_TLS=true, with TEMPORAL_TLS_SERVER_CA_CERT_PATH for a CA of your own',
      },
    ]);
  return {
    connection: {
      address,
      ...(tls === undefined ? {} : { tls }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
    namespace: namespace ?? defaultNamespace,
  };
}
