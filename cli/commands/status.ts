import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EventRecord } from '../../domain/ports/lists/events.ts';
import type { PausedOrigin } from '../../domain/ports/lists/pausedOrigins.ts';
import type { Page } from '../../domain/ports/page.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { credentialHealths, phases } from '../../domain/words.ts';
import type { ApiClient } from '../client.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { detailLines, type Look, type Status, statusLines } from '../render.ts';
import { statusCsv } from '../statusCsv.ts';
import { printEvents, redraw } from '../watch.ts';
import { type Context, printJson } from './context.ts';
import { lookOf } from './look.ts';
import { checkRegistrationId } from './operations.ts';

interface StatusOptions extends ConnectionOptions {
  readonly tenant?: string;
  readonly application?: string;
  readonly environment?: string;
  readonly phase?: string;
  readonly credential?: string;
  readonly attention?: true;
  readonly limit: number;
  readonly watch?: true;
  readonly csv?: true;
}

interface Summary {
  readonly phases: Readonly<Record<string, number>>;
  readonly needsAttention: number;
  /** Absent: of a server before 0.2.0. */
  readonly pausedOrigins?: readonly PausedOrigin[];
}

const largestPage = 500;
const latestEvents = 10;

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,6}$/.test(text) || limit < 1) throw new InvalidArgumentError('It must be a number from 1.');
  return limit;
}

function filterOf(options: StatusOptions): URLSearchParams {
  const filter = new URLSearchParams();
  for (const [parameter, value] of [
    ['tenantId', options.tenant],
    ['applicationId', options.application],
    ['environment', options.environment],
    ['phase', options.phase],
    ['credentialHealth', options.credential],
  ] as const) {
    if (value !== undefined) filter.set(parameter, value);
  }
  return filter;
}

/** Registrations of a filter in order, up to `limit`; `more` when there are further ones. */
async function readList(
  client: ApiClient,
  filter: URLSearchParams,
  limit: number,
): Promise<{ items: RegistrationView[]; more: boolean }> {
  const items: RegistrationView[] = [];
  const parameters = new URLSearchParams(filter);
  while (items.length < limit) {
    parameters.set('limit', String(Math.min(largestPage, limit - items.length)));
    const page = await client.get<Page<RegistrationView>>(`/v1/registrations?${parameters}`);
    items.push(...page.items);
    if (page.nextCursor === undefined) return { items, more: false };
    parameters.set('cursor', page.nextCursor);
  }
  return { items, more: true };
}

function withAttention(filter: URLSearchParams, needsAttention: boolean): URLSearchParams {
  const parameters = new URLSearchParams(filter);
  parameters.set('needsAttention', String(needsAttention));
  parameters.set('sort', 'expiresAt');
  return parameters;
}

/** Nothing that needs a person is another answer than no registration. */
function narrowedTo(filter: URLSearchParams, options: StatusOptions): Pick<Status, 'narrowed'> {
  if (options.attention === true) return { narrowed: 'attention' };
  return filter.size > 0 ? { narrowed: 'filter' } : {};
}

/** What needs attention first, then the rest, together at most `limit`. */
async function readStatus(client: ApiClient, options: StatusOptions, limit: number): Promise<Status> {
  const filter = filterOf(options);
  const attention = await readList(client, withAttention(filter, true), limit);
  const room = options.attention === true ? 0 : limit - attention.items.length;
  const others = room > 0 ? await readList(client, withAttention(filter, false), room) : { items: [], more: false };
  // Of everything that the caller may see: not of a filter.
  const summary = filter.size > 0 ? null : await client.get<Summary>('/v1/summary');
  const pausedOrigins = summary?.pausedOrigins ?? [];
  const shown = { attention: attention.items, others: others.items, pausedOrigins, ...narrowedTo(filter, options) };
  const cut = attention.more || others.more || (room === 0 && options.attention !== true);
  if (!cut) return { ...shown, more: 0, needsAttention: attention.items.length };
  if (summary === null || options.attention === true)
    return { ...shown, more: 'some', needsAttention: attention.items.length };
  const total = Object.values(summary.phases).reduce((sum, count) => sum + count, 0);
  const more = Math.max(0, total - attention.items.length - others.items.length);
  return { ...shown, more, needsAttention: summary.needsAttention };
}

async function readDetail(client: ApiClient, registrationId: string) {
  const path = `/v1/registrations/${registrationId}`;
  const registration = await client.get<RegistrationView>(path);
  const events = await client.get<Page<EventRecord>>(`${path}/events?limit=${latestEvents}`);
  return { registration, events: events.items };
}

/** `status`. */
export function addStatusCommand(program: Command, context: Context): void {
  const { terminal } = context;
  withConnection(
    program
      .command('status')
      .argument('[registration]', 'show everything about one registration')
      .option('--tenant <id>', 'only of this tenant')
      .option('--application <id>', 'only of this application')
      .option('--environment <name>', 'only of this environment')
      .addOption(new Option('--phase <phase>', 'only in this phase').choices(phases))
      .addOption(new Option('--credential <health>', 'only with this credential health').choices(credentialHealths))
      .option('--attention', 'only what needs a person')
      .option('--limit <number>', 'most registrations to list', parseLimit, 100)
      .option('--watch', 'stay, and show every change')
      .addOption(new Option('--csv', 'print the list as CSV, for a spreadsheet').conflicts(['json', 'watch'])),
  )
    .description('show registrations: what needs a person and why, then phase, credential, expiry and next rotation')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar status
  $ registrar status --attention --json
  $ registrar status --limit 1000 --csv > registrations.csv
  $ registrar status mercy.chart-app.production.main
  $ registrar status --watch

With --watch a terminal is redrawn on every event; a file or pipe gets one line per event (with --json one object).`,
    )
    .action(async (registrationId: string | undefined, options: StatusOptions) => {
      if (registrationId !== undefined) checkRegistrationId(registrationId);
      if (registrationId !== undefined && options.csv === true)
        throw badInput(
          '--csv',
          'it lists registrations, and one is named',
          'Leave out the registration, or use --json',
        );
      const client = await connect(terminal, options);

      const lines = async (limit: number): Promise<(look: Look) => string[]> => {
        if (registrationId !== undefined) {
          const { registration, events } = await readDetail(client, registrationId);
          return (look) => detailLines(registration, events, look);
        }
        const status = await readStatus(client, options, limit);
        return (look) => statusLines(status, look);
      };
      const belongs = (event: EventRecord) => registrationId === undefined || event.registrationId === registrationId;

      if (options.watch === true) {
        if (terminal.isInteractive && options.json !== true)
          return redraw(client, terminal, () => lines(Math.min(options.limit, terminal.size().rows)));
        if (options.json !== true)
          for (const line of (await lines(options.limit))(lookOf(terminal))) terminal.out(line);
        return printEvents(client, terminal, { json: options.json === true, belongs });
      }
      if (options.csv === true) {
        const { attention, others, more } = await readStatus(client, options, options.limit);
        terminal.write(statusCsv([...attention, ...others]));
        if (more !== 0) terminal.note(`${more} more are left out; raise --limit.`);
      } else if (options.json !== true) {
        for (const line of (await lines(options.limit))(lookOf(terminal))) terminal.out(line);
      } else if (registrationId === undefined) {
        const status = await readStatus(client, options, options.limit);
        printJson(terminal, {
          items: [...status.attention, ...status.others],
          more: status.more !== 0,
          needsAttention: status.needsAttention,
          pausedOrigins: status.pausedOrigins,
        });
      } else {
        printJson(terminal, await readDetail(client, registrationId));
      }
    });
}
