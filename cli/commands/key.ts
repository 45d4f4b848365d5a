import { type Command, Option } from 'commander';
import { durationSchema } from '../../domain/client/metadata.ts';
import { idPartRule, isIdPart } from '../../domain/ids.ts';
import type { KeyRecord } from '../../domain/ports/callers/keys.ts';
import { toRfc3339 } from '../../domain/time/clock.ts';
import { durationToMilliseconds } from '../../domain/time/duration.ts';
import { relativeTime } from '../../domain/time/relative.ts';
import { type Role, roles } from '../../domain/words.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { keyAccess, type NewKey } from '../keyAccess.ts';
import { plainText } from '../plainText.ts';
import { renderTable } from '../table.ts';
import { type Context, printJson } from './context.ts';

interface CreateOptions extends ConnectionOptions {
  readonly name: string;
  readonly role: Role;
  readonly tenant?: readonly string[];
  readonly application?: readonly string[];
  readonly expiresIn?: string;
}

function checkIds(field: string, ids: readonly string[] | undefined): void {
  for (const id of ids ?? []) if (!isIdPart(id)) throw badInput(field, 'it is not an id', `Use ${idPartRule}`);
}

/** What `key create` asks for, checked. `now` in milliseconds since the epoch. */
export function newKeyOf(options: CreateOptions, now: number): NewKey {
  checkIds('--tenant', options.tenant);
  checkIds('--application', options.application);
  if (options.expiresIn !== undefined && !durationSchema.safeParse(options.expiresIn).success)
    throw badInput('--expires-in', 'it is not an ISO 8601 duration', 'Write it like P30D or PT12H');
  const lifetime = options.expiresIn === undefined ? null : durationToMilliseconds(options.expiresIn);
  if (lifetime === 0) throw badInput('--expires-in', 'the key would expire at once', 'Write it like P30D or PT12H');
  return {
    name: options.name,
    role: options.role,
    ...(options.tenant === undefined ? {} : { tenantIds: options.tenant }),
    ...(options.application === undefined ? {} : { applicationIds: options.application }),
    ...(lifetime === null ? {} : { expiresAt: toRfc3339(now + lifetime) }),
  };
}

/** `key create`, `key list` and `key revoke`. */
export function addKeyCommands(program: Command, context: Context): void {
  const { terminal } = context;
  const key = program
    .command('key')
    .description('API keys; without --url they also work while Registrar is stopped')
    .addHelpText('after', '\nExample:\n  $ registrar key create --name "night shift" --role operator');

  withConnection(
    key
      .command('create')
      .requiredOption('--name <name>', 'what the key is for')
      .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
      .option('--tenant <id...>', 'tenants that it sees (default: all)')
      .option('--application <id...>', 'applications that it sees (default: all)')
      .option('--expires-in <duration>', 'ISO 8601 duration (default: P90D)'),
  )
    .description('make an API key; it is printed once')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar key create --name "page of the night shift" --role operator
  $ registrar key create --name dashboard --role viewer --tenant mercy lakeside --expires-in P30D > key.txt`,
    )
    .action(async (options: CreateOptions) => {
      const wanted = newKeyOf(options, terminal.now());
      const created = await (await keyAccess(terminal, options)).create(wanted);
      if (options.json === true) return printJson(terminal, created);
      terminal.note(`Key ${created.keyId}; it is shown only now:`);
      terminal.out(created.key);
    });

  withConnection(key.command('list'))
    .description('list API keys; their values are stored nowhere')
    .addHelpText('after', '\nExample:\n  $ registrar key list')
    .action(async (options: ConnectionOptions) => {
      const keys = await (await keyAccess(terminal, options)).list();
      if (options.json === true) return printJson(terminal, { items: keys });
      for (const line of keyLines(keys, terminal.size().columns, terminal.now())) terminal.out(line);
    });

  withConnection(key.command('revoke').argument('<key-id>', 'id as registrar key list shows it'))
    .description('end a key and its sessions at once')
    .addHelpText('after', '\nExample:\n  $ registrar key revoke 0c1d7c9e-6f0e-4d0c-9a63-2f7a4a1c3b55')
    .action(async (keyId: string, options: ConnectionOptions) => {
      await (await keyAccess(terminal, options)).revoke(keyId);
      if (options.json === true) return printJson(terminal, { keyId, revoked: true });
      terminal.out(`Key ${plainText(keyId)} is revoked.`);
    });
}

function keyLines(keys: readonly KeyRecord[], columns: number, now: number): string[] {
  return renderTable<KeyRecord>(
    [
      { name: 'KEY', cell: (record) => record.keyId, dropFirst: 0, least: 8 },
      { name: 'NAME', cell: (record) => plainText(record.name), dropFirst: 0, least: 10 },
      { name: 'ROLE', cell: (record) => record.role, dropFirst: 0, least: 8 },
      { name: 'TENANTS', cell: (record) => record.tenantIds?.join(',') ?? 'all', dropFirst: 2, least: 8 },
      { name: 'APPLICATIONS', cell: (record) => record.applicationIds?.join(',') ?? 'all', dropFirst: 3, least: 8 },
      { name: 'STATE', cell: (record) => keyState(record, now), dropFirst: 1, least: 14 },
    ],
    keys,
    columns,
  );
}

function keyState(record: KeyRecord, now: number): string {
  if (record.revokedAt !== null) return 'revoked';
  if (record.expiresAt === null) return 'valid';
  const at = Date.parse(record.expiresAt);
  return `${at <= now ? 'expired' : 'expires'} ${relativeTime(at, now)}`;
}
