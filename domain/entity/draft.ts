import { explain, type Reason } from '../reasons/index.ts';
import { setCondition } from '../registration/conditions.ts';
import type { EventType, Transition } from '../registration/view.ts';
import { toRfc3339 } from '../time/clock.ts';
import { boundedState } from './bound.ts';
import { listedClients } from './clients/known.ts';
import { healthOf } from './health.ts';
import { type Attention, type AttentionTopic, attentionTopics, type EntityState } from './state.ts';
import { viewOf } from './view.ts';

export interface EventDraft {
  readonly type: EventType;
  readonly message: string;
  readonly reason?: Reason | undefined;
  readonly operationId?: string | undefined;
  readonly actor?: string | undefined;
  readonly changes?: Transition['changes'];
}

/**
 * One decision in the making: a copy of the state, and the transitions that lead to it. Pure: nothing outside is
 * touched, and {@link finish} gives the next state with its transitions in order.
 */
export class Draft {
  state: EntityState;
  /** When it is decided, in milliseconds since the epoch. */
  readonly now: number;
  readonly #transitions: Transition[] = [];

  constructor(state: EntityState, now: number) {
    this.state = state;
    this.now = now;
  }

  set(patch: Partial<EntityState>): void {
    this.state = { ...this.state, ...patch };
  }

  condition(
    type: Parameters<typeof setCondition>[1]['type'],
    status: 'True' | 'False' | 'Unknown',
    reason: Reason,
    message?: string,
  ): void {
    const next = { type, status, reason, message: message ?? explain(reason) };
    this.set({ conditions: setCondition(this.state.conditions, next, toRfc3339(this.now)) });
  }

  attention(topic: AttentionTopic, reason: Reason, message?: string): void {
    const entry: Attention = { topic, reason, message: message ?? explain(reason) };
    this.#attentions([...this.state.attentions.filter((other) => other.topic !== topic), entry]);
  }

  clearAttention(...topics: readonly AttentionTopic[]): void {
    this.#attentions(this.state.attentions.filter((entry) => !topics.includes(entry.topic)));
  }

  #attentions(attentions: readonly Attention[]): void {
    this.set({ attentions });
    const first = attentionTopics.map((topic) => attentions.find((entry) => entry.topic === topic)).find(Boolean);
    if (first) this.condition('NeedsAttention', 'True', first.reason, first.message);
    else this.condition('NeedsAttention', 'False', 'NotNeeded');
  }

  /** The step went well: back-off starts over. */
  succeeded(): void {
    this.set({ attempts: 0, failingSince: null, nextAttemptAt: null });
    this.clearAttention('peer');
  }

  event(draft: EventDraft): void {
    this.set({ credentialHealth: healthOf(this.state, this.now), sequence: this.state.sequence + 1 });
    this.#transitions.push({
      registrationId: this.state.registrationId,
      sequence: this.state.sequence,
      at: toRfc3339(this.now),
      type: draft.type,
      actor: draft.actor ?? 'system',
      reason: draft.reason,
      message: draft.message,
      operationId: draft.operationId,
      changes: draft.changes,
      view: null,
    });
  }

  finish(): Applied {
    const clients = listedClients(this.state);
    if (clients !== this.state.clients) this.set({ clients });
    this.state = boundedState(this.state);
    const last = this.#transitions.at(-1);
    if (last === undefined) return { state: this.state, transitions: [] };
    const shown = { ...last, view: viewOf(this.state, this.now) };
    return { state: this.state, transitions: [...this.#transitions.slice(0, -1), shown] };
  }
}

export interface Applied {
  readonly state: EntityState;
  readonly transitions: readonly Transition[];
}

/** Two decisions as one, the second made on the state of the first. */
export function followedBy(first: Applied, second: Applied): Applied {
  if (second.transitions.length === 0) return { state: second.state, transitions: first.transitions };
  const hidden = first.transitions.map((transition) => ({ ...transition, view: null }));
  return { state: second.state, transitions: [...hidden, ...second.transitions] };
}
