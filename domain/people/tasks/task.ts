import type { MetadataTarget } from '../../operations/intent.ts';
import { hasOnly, isText } from '../../text/form.ts';
import type { Certified } from '../deadlines/statutoryClocks.ts';

/** What a person is to bring about. */
export type TaskKind =
  /** A client, and its credential. */
  | 'registration'
  /** A new secret, before the current one expires. */
  | 'rotation'
  /** Changed client metadata, where no request can change them; `verified` says that they were. */
  | 'metadata';

export const taskStates = ['open', 'submitted', 'verified'] as const;
/** `submitted`: handed in at the vendor or health system; `verified`: it said that we are who we are. */
export type TaskState = (typeof taskStates)[number];

/** What the playbook says of a vendor, as far as deadlines need it. Durations in milliseconds. */
export interface TaskVendor {
  readonly playbookId: string;
  readonly certified: Certified;
  /** The developer of the certified technology, who owes the clocks of 45 CFR 170.404(b)(1); null = not known. */
  readonly developer: string | null;
  /** What the longest step of others takes; null = not known. */
  readonly expectedWait: number | null;
}

/** Work of a person that a registration waits for. Times in milliseconds since the epoch, UTC. */
export interface Task {
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly since: number;
  /** Who carries it out, as people call them. */
  readonly owner: string | null;
  /** Number of the ticket or request at the vendor. */
  readonly reference: string | null;
  readonly submittedAt: number | null;
  readonly verifiedAt: number | null;
  readonly note: string | null;
  readonly vendor: TaskVendor | null;
  /** Until when the entity has told of reminders and deadlines. */
  readonly toldUntil: number;
  /** What the client is to have; of kind `metadata` only. */
  readonly change?: TaskMetadata;
}

/** Metadata that a person brings a client to. */
export interface TaskMetadata extends MetadataTarget {
  /** Names of the members that change. */
  readonly members: readonly string[];
}

/** What a person changes; a member that is left out stays, null removes. */
export interface TaskChange {
  readonly state?: TaskState;
  readonly owner?: string | null;
  readonly reference?: string | null;
  readonly submittedAt?: number;
  readonly verifiedAt?: number;
  readonly note?: string | null;
  /** Of the playbook that fits now. */
  readonly vendor: TaskVendor;
}

const members = ['state', 'owner', 'reference', 'submittedAt', 'verifiedAt', 'note', 'vendor'];

/** Longest owner and reference, and longest note, in characters. */
export const taskTextLimits = { owner: 200, reference: 200, note: 2000 } as const;

export function isTaskChange(value: unknown): value is TaskChange {
  if (!hasOnly(value, members)) return false;
  const { state, owner, reference, submittedAt, verifiedAt, note, vendor } = value;
  return (
    (state === undefined || taskStates.some((known) => known === state)) &&
    isTextOrNothing(owner, taskTextLimits.owner) &&
    isTextOrNothing(reference, taskTextLimits.reference) &&
    isTextOrNothing(note, taskTextLimits.note) &&
    isTimeOrNothing(submittedAt) &&
    isTimeOrNothing(verifiedAt) &&
    isVendor(vendor)
  );
}

function isVendor(value: unknown): value is TaskVendor {
  if (!hasOnly(value, ['playbookId', 'certified', 'developer', 'expectedWait'])) return false;
  const { playbookId, certified, developer, expectedWait } = value;
  return (
    isText(playbookId, 1, 100) &&
    ['yes', 'no', 'unknown'].some((known) => known === certified) &&
    (developer === null || isText(developer, 1, 300)) &&
    (expectedWait === null || isTime(expectedWait))
  );
}

function isTextOrNothing(value: unknown, most: number): boolean {
  return value === undefined || value === null || isText(value, 0, most);
}

function isTimeOrNothing(value: unknown): boolean {
  return value === undefined || isTime(value);
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
