import { resolve } from 'node:path';
import { z } from 'zod';
import { MasterKeyError, parseMasterKey } from '../../stores/crypto/keyring.ts';
import { VariableError } from './error.ts';
import { formatHostAndPort, isHost, isLoopback, parseHostAndPort, parsePort } from './hostAndPort.ts';
import { SecretText } from './secretText.ts';

/** What is logged: this level and everything more severe. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Secret stores that this version can use. */
export const configurableStores = ['database', 'aws'] as const;
export type ConfigurableStore = (typeof configurableStores)[number];

function rule<Value>(read: (text: string) => Value) {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof VariableError)) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: { nextStep: error.nextStep } });
      return z.NEVER;
    }
  });
}

function oneOf<const Word extends string>(words: readonly Word[]) {
  return rule((text): Word => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new VariableError(`"${text}" is not a choice`, `Use one of ${words.join(', ')}`);
    return word;
  });
}

const port = rule((text) => {
  const value = parsePort(text);
  if (value === null)
    throw new VariableError(`"${text}" is not a port`, 'Use a number from 0 (any free port) to 65535');
  return value;
});

const host = rule((text) => {
  if (isHost(text)) return text;
  throw new VariableError(`"${text}" is not a host`, 'Use a host name or an IP address without brackets and port');
});

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function isPlainAllowed(url: URL): boolean {
  return isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

const publicUrl = rule((text) => {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new VariableError('it is not an http(s) URL', 'Write it like https://registrar.example.org');
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new VariableError('it has more than scheme, host and port', `Use ${url.protocol}//${url.host}`);
  if (url.protocol === 'http:' && !isPlainAllowed(url))
    throw new VariableError('plain http is refused off loopback', `Use https://${url.host}`);
  return url.origin;
});

const postgresUrl = rule((text) => {
  const url = parseUrl(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2)
    throw new VariableError(
      'it is not the URL of a PostgreSQL database',
      'Write it like postgresql://user:password@host:5432/database',
    );
  return new SecretText(text);
});

const masterKey = rule((text) => {
  try {
    parseMasterKey(text);
  } catch (error) {
    if (error instanceof MasterKeyError)
      throw new VariableError(error.message, 'Newest key first, older ones after it');
    throw error;
  }
  return new SecretText(text);
});

/** Form of every API key: 256 random bits (DESIGN section 7). */
export const apiKeyPattern = /^rgk_[A-Za-z0-9_-]{43}$/;

const bootstrapKey = rule((text) => {
  if (apiKeyPattern.test(text)) return new SecretText(text);
  throw new VariableError(
    'it is not an API key',
    `Make one with: printf 'rgk_%s' "$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')"`,
  );
});

const allowedHosts = rule((text) =>
  text.split(',').map((entry) => {
    const parsed = parseHostAndPort(entry.trim());
    if (parsed !== null) return formatHostAndPort(parsed);
    throw new VariableError(
      `"${entry.trim()}" is not an exact host:port`,
      'Write entries like ehr.test:8443, 10.0.0.5:443 or [fd00::5]:8443, separated by commas',
    );
  }),
);

const oidcIssuer = rule((text) => {
  const url = parseUrl(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new VariableError('it is not an issuer URL', 'Use the exact "iss" of your identity provider');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isPlainAllowed(url)))
    throw new VariableError('an issuer off loopback must use https', 'Use its https URL');
  return text;
});

const temporalAddress = rule((text) => {
  const parsed = parseHostAndPort(text.includes(':') ? text : `${text}:7233`);
  if (parsed !== null) return formatHostAndPort(parsed);
  throw new VariableError(`"${text}" is not host:port`, 'Write it like temporal.example.org:7233');
});

/** Every variable that Registrar itself reads (DESIGN section 8). */
export const variables = {
  REGISTRAR_DATA_DIR: rule((text) => resolve(text)),
  REGISTRAR_HOST: host,
  REGISTRAR_PORT: port,
  REGISTRAR_METRICS_PORT: port,
  REGISTRAR_PUBLIC_URL: publicUrl,
  DATABASE_URL: postgresUrl,
  DATABASE_MIGRATION_URL: postgresUrl,
  TEMPORAL_ADDRESS: temporalAddress,
  REGISTRAR_SECRET_STORE: oneOf(configurableStores),
  REGISTRAR_MASTER_KEY: masterKey,
  REGISTRAR_ALLOWED_HOSTS: allowedHosts,
  REGISTRAR_BOOTSTRAP_KEY: bootstrapKey,
  REGISTRAR_LOG_LEVEL: oneOf(logLevels),
  REGISTRAR_OIDC_ISSUER: oidcIssuer,
  REGISTRAR_OIDC_AUDIENCE: z.string(),
} as const;

export type VariableName = keyof typeof variables;

/** Those with a `_FILE` form. */
export const secretVariables = [
  'DATABASE_URL',
  'DATABASE_MIGRATION_URL',
  'REGISTRAR_MASTER_KEY',
  'REGISTRAR_BOOTSTRAP_KEY',
] as const satisfies readonly VariableName[];
