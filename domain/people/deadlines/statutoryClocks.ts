import type { EnvironmentClass } from '../../words.ts';
import { easternDayOf, easternTimeOf, isoDateOf } from './easternTime.ts';
import { addBusinessDays } from './federalHolidays.ts';

/** Whether the technology behind an endpoint is certified (ONC Health IT Certification Program). */
export type Certified = 'yes' | 'no' | 'unknown';

/** Business days that 45 CFR 170.404(b)(1) gives for each duty. */
export const businessDaysFor = { verify: 10, enable: 5 } as const;
export type StatutoryDuty = keyof typeof businessDaysFor;

/** One clock of 45 CFR 170.404(b)(1) for a registration. Times in milliseconds since the epoch, UTC. */
export interface StatutoryClock {
  /**
   * `verify`: process for the authenticity of the API user, (b)(1)(i); `enable`: registration and enablement for
   * production use, (b)(1)(ii).
   */
  readonly duty: StatutoryDuty;
  readonly citation: string;
  /** Who owes it: the developer of the certified API technology, never the health system. Null when nobody can be named. */
  readonly owedBy: string | null;
  /** `if-certified`: it is not known whether the technology is certified, so this is what would apply. */
  readonly applies: 'yes' | 'if-certified';
  /** `not-started`: what starts it has not happened; `met`: done in time; `missed`: not, or too late. */
  readonly state: 'not-started' | 'running' | 'met' | 'missed';
  readonly startedAt: number | null;
  readonly doneAt: number | null;
  /** First moment at which it is too late: the end of `dueOn` in US Eastern time. */
  readonly dueAt: number | null;
  /** Last day in time, a calendar date such as `2026-12-08`. */
  readonly dueOn: string | null;
}

/** What the clocks are read from. Times in milliseconds since the epoch, UTC. */
export interface ClockReadings {
  readonly certified: Certified;
  /** The developer of the certified API technology. */
  readonly developer: string | null;
  /** The rule speaks of production use: in class `nonProduction` there are no clocks. */
  readonly environmentClass: EnvironmentClass;
  /** When the request to register was handed in; null = not yet. */
  readonly submittedAt: number | null;
  /** When the developer said that we are who we are; null = not yet. */
  readonly verifiedAt: number | null;
  /** When the application was enabled, at the latest when its credential was proved; null = not yet. */
  readonly enabledAt: number | null;
  readonly now: number;
}

/**
 * Both clocks of 45 CFR 170.404(b)(1): ten business days from the request to verify the API user, then five from the
 * verification to register and enable the application for production use. None where the technology is not certified.
 * An application that works was verified too, whether or not anybody noted when: its clocks stop at `enabledAt`.
 */
export function statutoryClocks(readings: ClockReadings): StatutoryClock[] {
  const { certified, environmentClass, submittedAt, verifiedAt, enabledAt } = readings;
  if (certified === 'no' || environmentClass !== 'production') return [];
  return [
    clock('verify', '45 CFR 170.404(b)(1)(i)', submittedAt, verifiedAt ?? enabledAt, readings),
    clock('enable', '45 CFR 170.404(b)(1)(ii)', verifiedAt, enabledAt, readings),
  ];
}

/** Moment at which a duty is late, and the last day in time, for one that began at a time. */
export function statutoryDue(duty: StatutoryDuty, startedAt: number): { dueAt: number; dueOn: string } {
  const day = addBusinessDays(easternDayOf(startedAt), businessDaysFor[duty]);
  return { dueAt: easternTimeOf(day + 1, 0), dueOn: isoDateOf(day) };
}

function clock(
  duty: StatutoryDuty,
  citation: string,
  startedAt: number | null,
  doneAt: number | null,
  { certified, developer, now }: ClockReadings,
): StatutoryClock {
  const same = {
    duty,
    citation,
    owedBy: developer,
    doneAt,
    applies: certified === 'yes' ? 'yes' : 'if-certified',
  } as const;
  if (startedAt === null) return { ...same, state: 'not-started', startedAt, dueAt: null, dueOn: null };
  const due = statutoryDue(duty, startedAt);
  const state = (doneAt ?? now) >= due.dueAt ? 'missed' : doneAt === null ? 'running' : 'met';
  return { ...same, state, startedAt, ...due };
}
