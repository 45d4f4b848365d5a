/** The only fields that a log line may have, by the shape that each must have; anything else is dropped. */

const controlCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Ids, constants and names. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && /^[\w./:@{}*,;=+ -]{1,200}$/.test(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 300 && !controlCharacters.test(value);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** Scheme, host and port only: paths and queries of peers may hold secrets. */
function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value.replace(/\/$/, '');
}

const words = [
  'registrationId',
  'tenantId',
  'applicationId',
  'environment',
  'endpointId',
  'operationId',
  'operationKind',
  'intentId',
  'orphanId',
  'keyId',
  'requestId',
  'workflowId',
  'runId',
  'workflowType',
  'activityId',
  'activityType',
  'taskQueue',
  'namespace',
  'sdkComponent',
  'phase',
  'credentialHealth',
  'reason',
  'retryClass',
  'strategy',
  'step',
  'method',
  'route',
  'store',
  'secretName',
  'versionId',
  'source',
  'signal',
  'version',
  'address',
] as const;

const numbers = [
  'status',
  'attempt',
  'sequence',
  'position',
  'revision',
  'count',
  'bytes',
  'port',
  'pid',
  'exitCode',
  'durationMilliseconds',
  'graceMilliseconds',
  'delayMilliseconds',
] as const;

const flags = ['isLocal', 'adopted'] as const;
const texts = ['path', 'hash'] as const;
const origins = ['origin'] as const;

/** Fields of a log line, all of them optional. Units are in the names; ids and constants otherwise. */
export type LogFields = {
  readonly [Name in (typeof words)[number] | (typeof texts)[number] | (typeof origins)[number]]?: string | undefined;
} & { readonly [Name in (typeof numbers)[number]]?: number | undefined } & {
  readonly [Name in (typeof flags)[number]]?: boolean | undefined;
};

const checks = new Map<string, (value: unknown) => boolean>([
  ...words.map((name) => [name, isWord] as const),
  ...numbers.map((name) => [name, isNumber] as const),
  ...flags.map((name) => [name, isBoolean] as const),
  ...texts.map((name) => [name, isText] as const),
  ...origins.map((name) => [name, isOrigin] as const),
]);

/** What of an object may be logged: own members with an allowed name and a value of the right shape. */
export function allowedFields(fields: unknown): Record<string, unknown> {
  if (typeof fields !== 'object' || fields === null) return {};
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => checks.get(name)?.(value) === true));
}
