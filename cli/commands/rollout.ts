import { type Command, InvalidArgumentError, Option } from 'commander';
import { type RolloutClass, rolloutClasses } from '../../domain/client/rollout.ts';
import { idPartRule, isIdPart } from '../../domain/ids.ts';
import type { ApplicationRecord } from '../../domain/ports/callers/applications.ts';
import type { ApiClient } from '../client.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { type CsvColumn, csvText } from '../csv.ts';
import { badInput } from '../errors.ts';
import { plainText } from '../plainText.ts';
import { type Column, renderTable } from '../table.ts';
import { type Context, printJson } from './context.ts';

interface RolloutOptions extends ConnectionOptions {
  readonly revision?: number;
  readonly dryRun?: true;
  readonly csv?: true;
}

export interface RolloutItem {
  readonly registrationId: string;
  readonly class: RolloutClass;
  readonly reason: string;
  readonly message: string;
  readonly members: readonly string[];
  readonly appliedRevision: number | null;
}

interface RolloutPage {
  readonly items: readonly RolloutItem[];
  readonly unchanged: number;
  readonly nextCursor?: string;
}

export interface Rollout {
  readonly applicationId: string;
  readonly revision: number;
  readonly dryRun: true;
  readonly counts: Readonly<Record<RolloutClass | 'unchanged', number>>;
  readonly items: readonly RolloutItem[];
}

const pageSize = 500;

/** `application rollout`, below the command `application`. */
export function addRolloutCommand(application: Command, context: Context): void {
  const { terminal } = context;
  withConnection(
    application
      .command('rollout')
      .argument('<application>', 'application id')
      .option('--revision <number>', 'revision of the application (default: the newest)', parseRevision)
      .option('--dry-run', 'say what would happen, and do nothing')
      .addOption(new Option('--csv', 'print CSV, for a spreadsheet').conflicts('json')),
  )
    .description('show how a revision would reach each registration, and why; contacts no health system')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar application rollout chart-app --revision 3 --dry-run
  $ registrar application rollout chart-app --dry-run --csv > rollout.csv

automatic: Registrar changes the client in place. task: a person changes it. new_client: it takes a new client.`,
    )
    .action(async (applicationId: string, options: RolloutOptions) => {
      if (!isIdPart(applicationId)) throw badInput('APPLICATION', 'it is not an id', `Use ${idPartRule}`);
      if (options.dryRun !== true)
        throw badInput('--dry-run', 'it is missing, and waves come in a later version', 'Add --dry-run');
      const client = await connect(terminal, options);
      const rollout = await readRollout(client, applicationId, options.revision);
      if (options.json === true) printJson(terminal, rollout);
      else if (options.csv === true) terminal.write(csvText(csvColumns, inOrder(rollout.items)));
      else for (const line of rolloutLines(rollout, terminal.size().columns)) terminal.out(line);
    });
}

function parseRevision(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1.');
  return Number(text);
}

/** Every page of a dry run together; without a revision, of the newest. */
export async function readRollout(
  client: ApiClient,
  applicationId: string,
  wanted: number | undefined,
): Promise<Rollout> {
  const path = `/v1/applications/${applicationId}`;
  const revision = wanted ?? (await client.get<ApplicationRecord>(path)).revision;
  const items: RolloutItem[] = [];
  let unchanged = 0;
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(cursor === undefined ? {} : { cursor }) });
    const page = await client.send<RolloutPage>('POST', `${path}/rollouts?${query}`, { revision, dryRun: true });
    items.push(...page.items);
    unchanged += page.unchanged;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const counted = rolloutClasses.map((name) => [name, items.filter((item) => item.class === name).length] as const);
  const counts = { ...(Object.fromEntries(counted) as Record<RolloutClass, number>), unchanged };
  return { applicationId, revision, dryRun: true, counts, items };
}

const columns: Column<RolloutItem>[] = [
  { name: 'REGISTRATION', cell: ({ registrationId }) => plainText(registrationId), dropFirst: 0, least: 24 },
  { name: 'CLASS', cell: (item) => item.class, dropFirst: 0, least: 10 },
  { name: 'WHY', cell: ({ reason }) => plainText(reason), dropFirst: 1, least: 16 },
  { name: 'CHANGES', cell: ({ members }) => plainText(members.join(', ') || '-'), dropFirst: 2, least: 12 },
];

const csvColumns: CsvColumn<RolloutItem>[] = [
  ['registrationId', ({ registrationId }) => registrationId],
  ['class', (item) => item.class],
  ['reason', ({ reason }) => reason],
  ['message', ({ message }) => message],
  ['members', ({ members }) => members.join(' ')],
  ['appliedRevision', ({ appliedRevision }) => appliedRevision],
];

/** What runs by itself first, what costs most last. */
function inOrder(items: readonly RolloutItem[]): RolloutItem[] {
  const order = (item: RolloutItem) => rolloutClasses.indexOf(item.class);
  return [...items].sort((one, other) => order(one) - order(other));
}

/** A table of what would change, what each reason means, and how many there are of each class. */
export function rolloutLines({ applicationId, revision, counts, items }: Rollout, width: number): string[] {
  const sorted = inOrder(items);
  const reasons = new Map(sorted.map(({ reason, message }) => [reason, message]));
  const table = items.length === 0 ? [] : [...renderTable(columns, sorted, width), ''];
  const total = rolloutClasses.map((name) => `${counts[name]} ${name}`).join(', ');
  return [
    ...table,
    ...[...reasons].map(([reason, message]) => plainText(`${reason}: ${message}`)),
    `Revision ${revision} of ${applicationId}: ${total}, ${counts.unchanged} unchanged. Dry run: nothing was changed.`,
  ];
}
