import { resolve } from 'node:path';
import type { z } from 'zod';
import { plainWords } from '../../domain/text/plainWords.ts';
import { collectVariables, type Environment, type ReadText, readSecretFile } from './environment.ts';
import { ConfigError, type ConfigProblem } from './error.ts';
import { isLoopback } from './hostAndPort.ts';
import type { SecretText } from './secretText.ts';
import { type ConfigurableStore, type LogLevel, secretVariables, type VariableName, variables } from './variables.ts';

export { ConfigError, type ConfigProblem } from './error.ts';
export { SecretText } from './secretText.ts';

/** The whole configuration (DESIGN section 8), read once. Frozen; secrets are {@link SecretText}. */
export interface Config {
  /** Absolute path. */
  readonly dataDir: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** 0 = any free port. */
  readonly metricsPort: number;
  /** Origin under which people and browsers reach Registrar; null = what it listens on. */
  readonly publicUrl: string | null;
  readonly database:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'postgresql'; readonly url: SecretText; readonly migrationUrl: SecretText };
  readonly temporal: { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly address: string };
  readonly secretStore: ConfigurableStore;
  /** `id:base64[,older…]`, checked; null = the generated one of the data directory. */
  readonly masterKey: SecretText | null;
  /** Exact `host:port`, lower case, IPv6 bracketed, that may be private or plain http. */
  readonly allowedHosts: readonly string[];
  readonly bootstrapKey: SecretText | null;
  readonly logLevel: LogLevel;
  readonly oidc: { readonly issuer: string; readonly audience: string } | null;
  /** Sentences for the operator about what is set and has no effect. */
  readonly warnings: readonly string[];
}

type Parsed = { [Name in VariableName]?: z.output<(typeof variables)[Name]> };

function parseEach(values: ReadonlyMap<string, string>): { parsed: Parsed; problems: ConfigProblem[] } {
  const parsed: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [variable, schema] of Object.entries(variables)) {
    const text = values.get(variable);
    if (text === undefined) continue;
    const result = schema.safeParse(text);
    if (result.success) parsed[variable] = result.data;
    for (const issue of result.error?.issues ?? []) {
      const nextStep = issue.code === 'custom' ? String(issue.params?.['nextStep']) : 'Correct it';
      problems.push({ variable, reason: plainWords(issue), nextStep });
    }
  }
  return { parsed: parsed as Parsed, problems };
}

/** Problems that only show when several variables are seen together. */
function crossProblems(given: ReadonlySet<string>, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const shared = (['DATABASE_URL', 'TEMPORAL_ADDRESS'] as const).find((variable) => given.has(variable));
  if (shared !== undefined && !given.has('REGISTRAR_MASTER_KEY'))
    problems.push({
      variable: 'REGISTRAR_MASTER_KEY',
      reason: `it is required because ${shared} is set`,
      nextStep: 'Give every process the same key, made with: printf \'k1:%s\' "$(openssl rand -base64 32)"',
    });
  if (given.has('DATABASE_MIGRATION_URL') && !given.has('DATABASE_URL'))
    problems.push({
      variable: 'DATABASE_MIGRATION_URL',
      reason: 'it is set without DATABASE_URL',
      nextStep: 'Set DATABASE_URL too, or remove it to use the embedded database',
    });
  const host = parsed.REGISTRAR_HOST;
  if (host !== undefined && !isLoopback(host) && !given.has('REGISTRAR_PUBLIC_URL'))
    problems.push({
      variable: 'REGISTRAR_PUBLIC_URL',
      reason: `it is required because REGISTRAR_HOST (${host}) can be reached from other machines`,
      nextStep: 'Set it to the https address under which people reach Registrar',
    });
  const pair = ['REGISTRAR_OIDC_ISSUER', 'REGISTRAR_OIDC_AUDIENCE'] as const;
  const missing = pair.filter((variable) => !given.has(variable));
  if (missing.length === 1 && missing[0] !== undefined)
    problems.push({
      variable: missing[0],
      reason: 'issuer and audience are needed together',
      nextStep: `Set ${missing[0]}, or remove the other`,
    });
  return problems;
}

function warningsFor(environment: Environment, values: ReadonlyMap<string, string>): string[] {
  if (values.has('TEMPORAL_ADDRESS')) return [];
  const ignored = Object.keys(environment)
    .filter((variable) => variable.startsWith('TEMPORAL_'))
    .sort();
  if (ignored.length === 0) return [];
  return [`${ignored.join(', ')} has no effect without TEMPORAL_ADDRESS: Registrar starts its own Temporal server`];
}

/** Freezes the configuration and what it holds; secrets keep their private value. */
function freezeDeep<Value extends object>(value: Value): Value {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeDeep(member);
  return Object.freeze(value);
}

/**
 * Reads the configuration from environment variables. Throws one {@link ConfigError} with every problem.
 *
 * @param read how `_FILE` variables are read.
 */
export function parseConfig(environment: Environment, read: ReadText = readSecretFile): Config {
  const { values, problems } = collectVariables(environment, Object.keys(variables), secretVariables, read);
  const each = parseEach(values);
  const { parsed } = each;
  // What is given but unreadable has a problem of its own and is not missing as well.
  const given = new Set([...values.keys(), ...problems.map(({ variable }) => variable.replace(/_FILE$/, ''))]);
  const all = [...problems, ...each.problems, ...crossProblems(given, parsed)];
  if (all.length > 0) throw new ConfigError(all);
  const url = parsed.DATABASE_URL;
  const address = parsed.TEMPORAL_ADDRESS;
  const issuer = parsed.REGISTRAR_OIDC_ISSUER;
  return freezeDeep({
    dataDir: parsed.REGISTRAR_DATA_DIR ?? resolve('.registrar'),
    host: parsed.REGISTRAR_HOST ?? '127.0.0.1',
    port: parsed.REGISTRAR_PORT ?? 3000,
    metricsPort: parsed.REGISTRAR_METRICS_PORT ?? 9464,
    publicUrl: parsed.REGISTRAR_PUBLIC_URL ?? null,
    database:
      url === undefined
        ? { kind: 'embedded' }
        : { kind: 'postgresql', url, migrationUrl: parsed.DATABASE_MIGRATION_URL ?? url },
    temporal: address === undefined ? { kind: 'embedded' } : { kind: 'external', address },
    secretStore: parsed.REGISTRAR_SECRET_STORE ?? 'database',
    masterKey: parsed.REGISTRAR_MASTER_KEY ?? null,
    allowedHosts: parsed.REGISTRAR_ALLOWED_HOSTS ?? [],
    bootstrapKey: parsed.REGISTRAR_BOOTSTRAP_KEY ?? null,
    logLevel: parsed.REGISTRAR_LOG_LEVEL ?? 'info',
    oidc: issuer === undefined ? null : { issuer, audience: parsed.REGISTRAR_OIDC_AUDIENCE ?? '' },
    warnings: warningsFor(environment, values),
  });
}
