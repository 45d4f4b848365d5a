import type { Due, Life } from '../domain/credential/dueTime.ts';
import { spend } from '../domain/credential/pace/bucket.ts';
import {
  afterFailedAttempt,
  type FailedOutcome,
  floorOf,
  newPace,
  nextRotationAttempt,
} from '../domain/credential/pacing.ts';
import { defaultPaceTimes as times } from '../domain/time/pace.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** What a server that always fails is sent, by the function that decides it; milliseconds. */
export interface Retries {
  /** The lifetime, and of what a try is the floor. */
  readonly lifetime: number;
  readonly floor: number;
  /** When each try comes, counted from the expiry (before it: below zero), up to a day after it. */
  readonly tries: readonly number[];
}

/** Lifetimes of the table in DESIGN section 6. */
export const tabledLifetimes = [45 * second, 120 * second, hour, day, 90 * day] as const;

/** Every try of a secret's life and of the day after it, at mean jitter, where each takes no time and ends so. */
export function retriesOf(lifetime: number, outcome: FailedOutcome): Retries {
  const life: Life = { from: 0, end: lifetime };
  const due: Due = { at: lifetime * (2 / 3 - 0.05), reason: null, moved: null };
  const tries: number[] = [];
  let pace = newPace(0);
  for (let now = due.at ?? 0; now < lifetime + day; ) {
    tries.push(now - lifetime);
    pace = { ...pace, bucket: spend(pace.bucket, now, times) };
    pace = afterFailedAttempt(pace, { at: now, outcome, retryAfter: null }, life, times);
    now = nextRotationAttempt({ registrationId: '', life, due, pace, policy: {}, now, times }).at ?? lifetime + day;
  }
  return { lifetime, floor: floorOf(life, times), tries };
}

export function triesBefore({ tries }: Retries): number {
  return tries.filter((at) => at < 0).length;
}

export function triesAfter({ tries }: Retries): number {
  return tries.filter((at) => at >= 0).length;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');
}

/** A length of time with its two largest units: `34 d 12 h`. */
function length(milliseconds: number): string {
  const units = [
    ['d', day],
    ['h', hour],
    ['min', minute],
    ['s', second],
  ] as const;
  const rounded = Math.round(milliseconds / second) * second;
  const first = units.findIndex(([, size]) => rounded >= size);
  if (first < 0) return '0 s';
  let rest = rounded;
  const parts: string[] = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

function summary(): string {
  return table(
    [
      'The secret lives',
      'Between two tries at least',
      'Tries before expiry',
      'First day after: no answer or 5xx',
      'First day after: refused or kept',
    ],
    tabledLifetimes.map((lifetime) => {
      const outage = retriesOf(lifetime, 'unreachable');
      const refusal = retriesOf(lifetime, 'refused');
      return [
        length(lifetime),
        length(outage.floor),
        String(triesBefore(outage)),
        String(triesAfter(outage)),
        String(triesAfter(refusal)),
      ];
    }),
  );
}

/** The tries that a person would want to see: the first ones, some on the way, the last ones. */
function scheduleBefore(): string {
  const before = retriesOf(90 * day, 'unreachable').tries.filter((at) => at < 0);
  const shown = before.flatMap((at, index) =>
    index < 9 || index % 10 === 9 || index >= before.length - 2 ? [{ at, index }] : [],
  );
  return table(
    ['Try', 'After the first', 'Left until expiry', 'Wait for the next'],
    shown.map(({ at, index }) => {
      const next = before[index + 1];
      return [
        String(index + 1),
        length(at - (before[0] ?? 0)),
        length(-at),
        next === undefined ? 'past the expiry: see below' : length(next - at),
      ];
    }),
  );
}

function scheduleAfter(): string {
  const of = (outcome: FailedOutcome) => retriesOf(90 * day, outcome).tries.filter((at) => at >= 0);
  const outage = of('unreachable');
  const refusal = of('refused');
  return table(
    ['Try after expiry', 'No answer or 5xx', 'Refused or kept'],
    outage
      .slice(0, 6)
      .map((at, index) => [String(index + 1), length(at), refusal[index] === undefined ? '' : length(refusal[index])]),
  );
}

/** The section on retries of `docs/operate.md`, made by the function that decides them. */
export function retrySection(): string {
  return `## When a rotation is tried again

A rotation is due after two thirds of the secret's life, less up to a tenth of it, which differs from registration to
registration. When a try fails, one function decides when the next one comes, whatever the health system answered. A
secret that came back the same is a try that failed. A \`Retry-After\` is waited for whole. No answer makes it faster than
the second column; no client is sent more than 48 requests a day or 192 a week, rotations that succeeded aside: then the
wait becomes longer (\`RotationPaced\`). What falls into a freeze window comes before it. \`nextAttemptAt\` shows the time.

${summary()}

A secret of 90 days at a health system that never answers, first before its expiry:

${scheduleBefore()}

After it, counted from the expiry; then every hour, or every six:

${scheduleAfter()}
`;
}
