import type { Reason } from '../../reasons/index.ts';
import type { EventType } from '../../registration/view.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

export interface EventRecord {
  /** Global, assigned in commit order. */
  readonly position: number;
  readonly sequence: number;
  readonly at: string;
  readonly type: EventType;
  readonly registrationId: string;
  readonly actor: string;
  readonly reason?: Reason | undefined;
  readonly message: string;
  readonly operationId?: string | undefined;
  readonly changes?: Readonly<Record<string, { from: unknown; to: unknown }>> | undefined;
}

/** The timeline of registrations. */
export interface EventList {
  events(registrationId: string, page: PageRequest): Promise<Page<EventRecord>>;
  /** Events after a position in commit order, for the stream. */
  eventsAfter(position: number, visibility: Visibility, limit: number): Promise<EventRecord[]>;
  lastPosition(): Promise<number>;
}
