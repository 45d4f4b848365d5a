import { readFile } from 'node:fs/promises';
import { mergePatch } from '../domain/client/metadata.ts';
import { type Reason, reasons } from '../domain/reasons/index.ts';
import type {
  KeycloakAuthentication,
  KeycloakClientResult,
  KeycloakOperation,
} from '../domain/servers/keycloakClients.ts';
import { readSecret } from './connection.ts';
import { badInput } from './errors.ts';
import { plainText } from './plainText.ts';
import type { Terminal } from './terminal.ts';

/** Kinds of who asks, as `--as` takes them. */
export const askerKinds = [
  'anonymous',
  'initial-access-token',
  'registration-access-token',
  'bearer',
  'service-account',
  'user',
  'client',
] as const satisfies readonly KeycloakAuthentication['kind'][];

/** Options that say who asks. */
export interface AskerOptions {
  readonly as?: KeycloakAuthentication['kind'];
  readonly account?: string;
  readonly userClient?: string;
  readonly secretFile?: string;
  readonly secretStdin?: true;
  readonly secretPrompt?: true;
}

/** Options that say what is sent. */
export interface BodyOptions {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly merge?: true;
}

const secretNames = {
  'initial-access-token': 'Initial access token',
  'registration-access-token': 'Registration access token',
  bearer: 'Bearer',
  'service-account': 'Secret of the service account',
  user: 'Password',
  client: 'Secret of the client',
} as const;

/** Kinds whose secret may stand in the secret store already. */
const storedKinds: ReadonlySet<string> = new Set(['registration-access-token', 'service-account', 'client']);

/** Who asks. Reads the secret from where the options say; of some kinds the stored one is used without. */
export async function readAsker(
  terminal: Terminal,
  options: AskerOptions,
  byDefault: KeycloakAuthentication['kind'] | null,
): Promise<Record<string, unknown>> {
  const kind = options.as ?? byDefault;
  if (kind === null)
    throw badInput('--as', 'it is missing', 'Say who asks, such as --as initial-access-token or --as anonymous');
  const wantsAccount = kind === 'service-account' || kind === 'user';
  if (wantsAccount && options.account === undefined)
    throw badInput('--account', 'it is missing', 'Name the client id of the service account, or the user');
  if (!wantsAccount && options.account !== undefined)
    throw badInput('--account', `it is not for --as ${kind}`, 'Use it with --as service-account or --as user');
  const secret = await askerSecret(terminal, kind, options);
  switch (kind) {
    case 'anonymous':
      return { kind };
    case 'initial-access-token':
    case 'bearer':
      return { kind, token: secret };
    case 'registration-access-token':
      return { kind, ...(secret === null ? {} : { token: secret }) };
    case 'service-account':
      return { kind, clientId: options.account, ...(secret === null ? {} : { clientSecret: secret }) };
    case 'client':
      return { kind, ...(secret === null ? {} : { clientSecret: secret }) };
    case 'user': {
      const client = options.userClient === undefined ? {} : { clientId: options.userClient };
      return { kind, username: options.account, password: secret, ...client };
    }
  }
}

async function askerSecret(
  terminal: Terminal,
  kind: KeycloakAuthentication['kind'],
  { secretFile, secretStdin, secretPrompt }: AskerOptions,
): Promise<string | null> {
  const isGiven = secretFile !== undefined || secretStdin === true || secretPrompt === true;
  if (kind === 'anonymous') {
    if (isGiven) throw badInput('--as', 'nobody who is anonymous has a secret', 'Leave the secret out');
    return null;
  }
  const mustAsk = secretPrompt === true || (!isGiven && !storedKinds.has(kind));
  const secret = await readSecret(terminal, 'secret', {
    file: secretFile,
    stdin: secretStdin,
    prompt: mustAsk ? secretNames[kind] : undefined,
    form: kind.endsWith('token') || kind === 'bearer' ? 'token' : 'text',
  });
  if (secret === null && mustAsk)
    throw badInput('--secret-file', 'it is missing', `Give the ${kind} by --secret-file FILE or --secret-stdin`);
  return secret;
}

/** What is sent: of a file, of `--set` and `--unset`, or both. Null where nothing says. */
export async function readBody(
  terminal: Terminal,
  options: BodyOptions,
): Promise<{ readonly client: Record<string, unknown>; readonly merge: boolean } | null> {
  const { members, removed } = changesOf(options);
  const isChange = Object.keys(members).length > 0 || removed.length > 0;
  if (options.file === undefined && !isChange) return null;
  const file = options.file === undefined ? {} : parseObject(await readText(terminal, options.file));
  const merge = options.file === undefined || options.merge === true;
  const client = mergePatch(file, members) as Record<string, unknown>;
  // In a merge patch null is what removes.
  for (const path of removed) put(client, path, null);
  return { client: merge ? client : (mergePatch({}, client) as Record<string, unknown>), merge };
}

/** Text of a file, or of standard input for `-`. */
export async function readText(terminal: Terminal, file: string): Promise<string> {
  if (file === '-') return terminal.readInput('client');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw badInput('--file', `${file} cannot be read (${code})`, 'Check the path');
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badInput(
      '--file',
      'it is not JSON',
      'Correct the file; a SAML descriptor needs --provider saml2-entity-descriptor',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badInput('--file', 'it is not a JSON object', 'Write one client, such as {"clientId": "chart-app"}');
  return value as Record<string, unknown>;
}

const secretMember = /secret|password|token$|private/i;

/** Members of `--set name=value`, and paths of `--unset name`; a value of null removes as well. */
function changesOf({ set = [], unset = [] }: BodyOptions): { members: Record<string, unknown>; removed: string[][] } {
  const members: Record<string, unknown> = {};
  const removed = unset.map((name) => pathOf('--unset', name));
  for (const text of set) {
    const at = text.indexOf('=');
    if (at < 1) throw badInput('--set', 'it is not name=value', 'Write it like --set enabled=false');
    const path = pathOf('--set', text.slice(0, at));
    if (secretMember.test(path.at(-1) ?? ''))
      throw badInput(
        '--set',
        'a secret is never an argument: others on this machine see it',
        'Use --file FILE or --file -',
      );
    const value = readValue(text.slice(at + 1));
    if (value === null) removed.push(path);
    else put(members, path, value);
  }
  return { members, removed };
}

/** `a.b`, and `a."b.c"` where a name has dots. */
function pathOf(option: string, text: string): string[] {
  const parts = [...text.matchAll(/(?:^|\.)(?:"([^"]+)"|([^."]+))(?=\.|$)/g)];
  if (parts.map(([whole]) => whole).join('') !== text || parts.length === 0)
    throw badInput(
      option,
      'it does not name a member',
      'Write it like name, or attributes."a.b" where a name has dots',
    );
  return parts.map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  const inner = Object.hasOwn(target, name) ? target[name] : undefined;
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  const object: Record<string, unknown> = isObject ? { ...inner } : {};
  if (rest.length > 0) put(object, rest, value);
  // Not by assignment: `__proto__` is a name like any other.
  Object.defineProperty(target, name, {
    value: rest.length === 0 ? value : object,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

const done: Readonly<Record<KeycloakOperation, string>> = {
  create: 'was registered',
  get: 'was read',
  update: 'was changed',
  delete: 'was deleted, with its stored secrets',
  'update-token': 'has a new registration access token',
};

/** What came of it, for people. Where secrets are, never what they are. */
export function keycloakLines(result: KeycloakClientResult): string[] {
  const { operation, clientId, issuer, enabled, client, clientRef, managementRef, findings } = result;
  const lines = [`Client ${clientId} ${done[operation]} at ${issuer}.`];
  if (enabled === false) lines.push('It is disabled: an administrator of the realm has to enable it.');
  if (clientRef !== null) lines.push(`Client secret: ${clientRef.name}, version ${clientRef.versionId}`);
  if (managementRef !== null)
    lines.push(`Registration access token: ${managementRef.name}, version ${managementRef.versionId}`);
  for (const { reason, message } of findings) {
    const action = Object.hasOwn(reasons, reason) ? reasons[reason as Reason].action : null;
    lines.push(`${reason}: ${message}${action === null ? '' : ` ${action}`}`);
  }
  if (operation === 'get' && client !== null) lines.push(...JSON.stringify(client, null, 2).split('\n'));
  return lines.map(plainLine);
}

/** Keeps the indentation of JSON. */
function plainLine(line: string): string {
  const indentation = /^ */.exec(line)?.[0] ?? '';
  return `${indentation}${plainText(line.slice(indentation.length))}`;
}
