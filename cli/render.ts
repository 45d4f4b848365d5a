import { styleText } from 'node:util';
import { attentionOf } from '../domain/people/attention.ts';
import type { EventRecord } from '../domain/ports/lists/events.ts';
import type { PausedOrigin } from '../domain/ports/lists/pausedOrigins.ts';
import { releaseNames } from '../domain/registration/hold.ts';
import type { RegistrationView } from '../domain/registration/view.ts';
import { relativeTime } from '../domain/time/relative.ts';
import type { CredentialHealth, Phase } from '../domain/words.ts';
import { plainText, wrap } from './plainText.ts';
import { type Column, renderTable } from './table.ts';

/** How output looks: width in cells, colours or none, and the time that relative times count from. */
export interface Look {
  readonly columns: number;
  readonly colour: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'gray';

const phaseColours: Readonly<Partial<Record<Phase, Colour>>> = {
  active: 'green',
  discovering: 'cyan',
  registering: 'cyan',
  verifying: 'cyan',
  retiring: 'cyan',
  suspended: 'gray',
  retired: 'gray',
};
const healthColours: Readonly<Record<CredentialHealth, Colour>> = {
  none: 'gray',
  healthy: 'green',
  due: 'yellow',
  rotating: 'cyan',
  overdue: 'red',
  expired: 'red',
  rejected: 'red',
  unknown: 'gray',
};

/** Colours a text where the terminal has colours. */
export function painter(look: Look): (colour: Colour, text: string) => string {
  return (colour, text) => (look.colour ? styleText(colour, text, { validateStream: false }) : text);
}

function when(at: string | null | undefined, now: number): string {
  return at == null ? '-' : relativeTime(Date.parse(at), now);
}

function expiry(view: RegistrationView, now: number): string {
  if (view.credential === null) return '-';
  if (view.credential.expiresAt !== null) return when(view.credential.expiresAt, now);
  return view.credential.expiryKnown ? 'never' : 'unknown';
}

function columns(look: Look): Column<RegistrationView>[] {
  const paint = painter(look);
  return [
    { name: 'REGISTRATION', cell: (view) => view.registrationId, dropFirst: 0, least: 24 },
    {
      name: 'PHASE',
      cell: (view) => view.phase,
      paint: (text, view) => paint(phaseColours[view.phase] ?? 'yellow', text),
      dropFirst: 0,
      least: 15,
    },
    {
      name: 'CREDENTIAL',
      cell: (view) => view.credentialHealth,
      paint: (text, view) => paint(healthColours[view.credentialHealth], text),
      dropFirst: 0,
      least: 8,
    },
    { name: 'EXPIRES', cell: (view) => expiry(view, look.now), dropFirst: 1, least: 14 },
    {
      name: 'NEXT ROTATION',
      cell: (view) => when(view.credential?.rotationDueAt, look.now),
      dropFirst: 2,
      least: 14,
    },
  ];
}

/** Lines that say what needs a person and why, soonest expiry first. */
export function attentionLines(views: readonly RegistrationView[], look: Look): string[] {
  const paint = painter(look);
  return views.flatMap((view) => {
    const attention = attentionOf(view);
    if (attention === null) return [];
    const texts = [
      `${attention.reason}: ${attention.sentence}`,
      ...(attention.message === '' ? [] : [attention.message]),
      ...(attention.action === null ? [] : [`Do: ${attention.action}`]),
    ];
    const indented = (text: string, indent: string) =>
      wrap(plainText(text), look.columns - 4).map((line) => `${indent}${line}`);
    const [first = '', ...rest] = indented(`${view.registrationId} (since ${when(attention.since, look.now)})`, '');
    return [
      `${paint('red', '!')} ${first}`,
      ...rest.map((line) => `  ${line}`),
      ...texts.flatMap((text) => indented(text, '    ')),
    ];
  });
}

/** Registrations to show; what needs a person apart from the others. */
export interface Status {
  readonly attention: readonly RegistrationView[];
  readonly others: readonly RegistrationView[];
  /** How many there are beyond those shown: a number, or `some` where nobody counted. */
  readonly more: number | 'some';
  /** How many need a person altogether. */
  readonly needsAttention: number;
  /** Servers whose proofs pause. */
  readonly pausedOrigins: readonly PausedOrigin[];
  /** What the list was narrowed to; absent: everything that the caller may see. */
  readonly narrowed?: 'attention' | 'filter';
}

const nothingTexts = {
  attention: 'Nothing needs a person.',
  filter: 'No registration is as asked for. All of them: registrar status',
  everything: 'No registration is here. To add a tenant: registrar tenant add --help',
};

/** What `status` shows: attention first, then the table. */
export function statusLines(status: Status, look: Look): string[] {
  const shown = [...status.attention, ...status.others];
  const paused = status.pausedOrigins.flatMap((origin) => pausedLines(origin, look));
  const nothing = nothingTexts[status.narrowed ?? 'everything'];
  // A server whose proofs pause needs a person, too.
  if (shown.length === 0) return paused.length > 0 && status.narrowed === 'attention' ? paused : [...paused, nothing];
  const attention = attentionLines(status.attention, look);
  return [
    ...paused,
    status.needsAttention === 0
      ? 'Nothing needs a person.'
      : `${status.needsAttention} ${status.needsAttention === 1 ? 'needs' : 'need'} attention.`,
    ...attention,
    '',
    ...renderTable(columns(look), shown, look.columns),
    ...(status.more === 0
      ? []
      : wrap(`… and ${status.more} more; narrow the list (registrar status --help) or raise --limit.`, look.columns)),
  ];
}

/** A server that needs a person, for all its registrations. */
function pausedLines({ origin, reason, message, pausedUntil, registrations }: PausedOrigin, look: Look): string[] {
  const until = pausedUntil === null ? '' : `, until ${when(pausedUntil, look.now)}`;
  const [first = '', ...rest] = wrap(plainText(`${origin} (${registrations} registrations${until})`), look.columns - 2);
  const why = wrap(plainText(`${reason}: ${message}`), look.columns - 4);
  return [
    `${painter(look)('red', '!')} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...why.map((line) => `    ${line}`),
  ];
}

/** One line for an event of the stream. */
export function eventLine(event: EventRecord): string {
  const operation = event.operationId === undefined ? '' : ` [${event.operationId}]`;
  return plainText(`${event.at} ${event.registrationId} ${event.type}: ${event.message}${operation}`);
}

/** What `status REGISTRATION` shows. */
export function detailLines(view: RegistrationView, events: readonly EventRecord[], look: Look): string[] {
  const facts: readonly Fact[] = [
    ['Phase', phaseText(view, look.now)],
    ['Credential', view.credentialHealth],
    ...taskFacts(view.task, look.now),
    ['Held', view.hold === undefined ? null : `${view.hold.reason} ${when(view.hold.since, look.now)}`],
    ['Released by', view.hold === undefined ? null : releaseNames(view.hold.releasedBy)],
    ['Next attempt', view.nextAttemptAt === null ? null : when(view.nextAttemptAt, look.now)],
    ['FHIR base URL', view.fhirBaseUrl],
    ['Token endpoint', view.discovery?.tokenEndpoint],
    ['Registration endpoint', view.discovery?.registrationEndpoint],
    ['Waits for approval', waitingText(view.discovery)],
    ['Client id', view.credential?.clientId],
    ['Secret expires', view.credential === null ? null : absolute(view.credential.expiresAt, expiry(view, look.now))],
    [
      'Next rotation',
      view.phase === 'retired'
        ? null
        : absolute(view.credential?.rotationDueAt, when(view.credential?.rotationDueAt, look.now)),
    ],
    ['Proved', absolute(view.credential?.provedAt, when(view.credential?.provedAt, look.now))],
    [
      'Stored in',
      view.credential === null || view.phase === 'retired'
        ? null
        : `${view.credential.ref.store}: ${view.credential.ref.name}`,
    ],
    ['Version', view.phase === 'retired' ? null : view.credential?.ref.versionId],
  ];
  const known = facts.filter(([, value]) => value != null && value !== '-');
  const width = Math.max(...known.map(([name]) => name.length));
  return [
    view.registrationId,
    ...attentionLines([view], look),
    ...known.map(([name, value]) => `  ${name.padEnd(width)}  ${plainText(String(value))}`),
    '',
    ...renderTable(
      [
        { name: 'CONDITION', cell: (condition) => condition.type, dropFirst: 0, least: 14 },
        { name: 'STATUS', cell: (condition) => condition.status, dropFirst: 0, least: 7 },
        { name: 'REASON', cell: (condition) => condition.reason, dropFirst: 0, least: 12 },
        { name: 'SINCE', cell: (condition) => when(condition.lastTransitionTime, look.now), dropFirst: 1, least: 10 },
      ],
      view.conditions,
      look.columns,
    ),
    '',
    'Latest events (all of them: GET /v1/registrations/{id}/events)',
    ...events.flatMap((event) => {
      const line = plainText(`${event.at}  ${event.type}: ${event.message}`);
      return Number.isFinite(look.columns) ? wrap(line, look.columns) : [line];
    }),
  ];
}

/** A suspended one goes on with the phase beneath. */
function phaseText({ phase, suspended }: RegistrationView, now: number): string {
  if (suspended === undefined) return phase;
  return `${phase} ${when(suspended.since, now)}; it goes on as ${suspended.phase} once it is resumed`;
}

type Fact = readonly [string, string | null | undefined];

function taskFacts(task: RegistrationView['task'], now: number): Fact[] {
  if (task === undefined) return [];
  const since = task.verifiedAt ?? task.submittedAt ?? task.since;
  const clocks = task.clocks.filter(({ state }) => state === 'running' || state === 'missed');
  return [
    ['Task', `${task.kind}, ${task.state} ${when(since, now)}`],
    ['Owner', task.owner],
    ['Reference', task.reference],
    ['Note', task.note],
    ...clocks.map(({ owedBy, citation, dueOn, state, applies }): Fact => {
      const who = owedBy ?? 'developer of the certified technology';
      return [
        state === 'missed' ? 'Late' : 'Owed',
        `by ${dueOn ?? '?'}: ${who}${applies === 'yes' ? '' : ', if certified'} (${citation})`,
      ];
    }),
  ];
}

function absolute(at: string | null | undefined, relative: string): string {
  return at == null ? relative : `${at} (${relative})`;
}

/** What `approve-endpoint` takes; undefined when nothing waits. */
function waitingText(discovery: RegistrationView['discovery']): string | undefined {
  const waiting = discovery?.proposal ?? discovery?.candidate;
  if (waiting === undefined) return undefined;
  return `${waiting.registrationEndpoint ?? 'none'} --evidence ${waiting.evidenceHash}`;
}
