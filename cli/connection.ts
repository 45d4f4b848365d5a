import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isLoopback } from '../runtime/config/hostAndPort.ts';
import { readAnnouncedUrl } from '../runtime/dataDirectory.ts';
import { type ApiClient, apiClient } from './client.ts';
import { badInput } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** Options of every command that speaks to a running Registrar. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly keyFile?: string;
  readonly keyStdin?: true;
  readonly json?: true;
}

const defaultUrl = 'http://127.0.0.1:3000';

/** Adds `--url`, `--key-file`, `--key-stdin` and `--json`. */
export function withConnection(command: Command): Command {
  return command
    .option(
      '--url <url>',
      `address of Registrar (default: the one that runs in the data directory, else ${defaultUrl})`,
    )
    .option('--key-file <file>', 'file with the API key (default: admin-key of the data directory)')
    .addOption(new Option('--key-stdin', 'read the API key from standard input').conflicts('keyFile'))
    .option('--json', 'print JSON');
}

/** The data directory that this environment names; absolute. */
export function dataDirOf(terminal: Terminal): string {
  return resolve(terminal.environment['REGISTRAR_DATA_DIR'] || '.registrar');
}

async function readSecretFile(option: string, path: string, form?: SecretForm): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw badInput(option, `${path} cannot be read (${code})`, 'Check the path and that you may read it');
  }
  return checkSecret(option, text, form);
}

/** `token`: goes into a header. `text`: a password or client secret, which may hold any visible text. */
type SecretForm = 'token' | 'text';

function checkSecret(option: string, text: string, form: SecretForm = 'token'): string {
  const secret = form === 'token' ? text.trim() : text.replace(/\r?\n$/, '');
  if (form === 'text' && secret !== '' && /^[^\p{Cc}]{1,10000}$/u.test(secret)) return secret;
  if (form === 'text' && secret !== '') throw badInput(option, 'it is not one line of text', 'Check how it was copied');
  if (secret === '') throw badInput(option, 'there is nothing in it', 'Write the secret into it');
  if (!/^[\x21-\x7e]{1,10000}$/.test(secret))
    throw badInput(option, 'it is not one line of printable ASCII', 'Check how it was copied');
  return secret;
}

/** A secret from a file, from standard input or from a prompt without echo. Options say which; null when none does. */
export async function readSecret(
  terminal: Terminal,
  name: string,
  from: {
    readonly file?: string | undefined;
    readonly stdin?: boolean | undefined;
    readonly prompt?: string | undefined;
    readonly form?: SecretForm | undefined;
  },
): Promise<string | null> {
  if (from.file !== undefined) return readSecretFile(`--${name}-file`, from.file, from.form);
  if (from.stdin === true) return checkSecret(`--${name}-stdin`, await terminal.readInput(name), from.form);
  if (from.prompt === undefined) return null;
  const answer = await terminal.askSecret(`${from.prompt}: `);
  return answer === null ? null : checkSecret(name, answer, from.form);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw badInput('--url', 'it is not an http or https address', 'Write it like https://registrar.example.org');
  if (url.username !== '' || url.password !== '')
    throw badInput('--url', 'it has a user name or password in it', 'Remove it; the key comes by --key-file');
  if (url.protocol === 'http:' && !isOwnMachine(url))
    throw badInput('--url', 'plain http would show the key to the network', `Use https://${url.host}`);
  return url;
}

function isOwnMachine(url: URL): boolean {
  return isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

async function keyFor(terminal: Terminal, url: URL, isOwn: boolean, options: ConnectionOptions): Promise<string> {
  const given = await readSecret(terminal, 'key', { file: options.keyFile, stdin: options.keyStdin });
  if (given !== null) return given;
  // The administrator key of the data directory is not offered to another Registrar.
  if (isOwn) {
    const local = await readFile(join(dataDirOf(terminal), 'admin-key'), 'utf8').catch(() => null);
    if (local !== null) return checkSecret('admin-key', local);
  }
  const asked = await readSecret(terminal, 'key', { prompt: `API key for ${url.origin}` });
  if (asked !== null) return asked;
  throw badInput(
    '--key-file',
    'no API key was given and there is none in the data directory',
    'Give --key-file FILE, or start Registrar here with "registrar start"',
  );
}

/** A client of the Registrar that the options name. */
export async function connect(terminal: Terminal, options: ConnectionOptions): Promise<ApiClient> {
  const announced = options.url === undefined ? await readAnnouncedUrl(dataDirOf(terminal)) : null;
  const url = parseUrl(options.url ?? announced ?? defaultUrl);
  return apiClient(url, await keyFor(terminal, url, announced !== null || isOwnMachine(url), options), terminal);
}
