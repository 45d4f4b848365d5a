import type { TaskView } from '../../../domain/registration/view.ts';

/** The text fields of a form by their names. */
export type Fields = Readonly<Record<string, string>>;

/** Text fields of a form as they stand, without blanks at their ends and without empty ones. */
export function fieldsOf(data: Iterable<[string, unknown]>): Fields {
  const given = [...data].flatMap(([name, value]): [string, string][] => {
    const text = typeof value === 'string' ? value.trim() : '';
    return text === '' ? [] : [[name, text]];
  });
  return Object.fromEntries(given);
}

/** Start of a day in the reader's zone as RFC 3339 UTC: what works on that day may be replaced before it. */
export function startOfDay(date: string): string {
  return instantOf(`${date}T00:00`);
}

/** A local time as RFC 3339 UTC; what is none stays as it is, for the API to name. */
export function instantOf(local: string): string {
  const milliseconds = new Date(local).getTime();
  return Number.isNaN(milliseconds) ? local : new Date(milliseconds).toISOString();
}

/** Body of `POST /v1/registrations/{id}/credential`. */
export type SuppliedCredential = Readonly<Record<string, string | null>>;

const days = ['expiresAt', 'issuedAt', 'clientExpiresAt'] as const;

/** The body that a filled form asks for. `expiry` says `never` (null), `unknown` (left out) or `on` a day. */
export function credentialBody({ expiry, ...given }: Fields): SuppliedCredential {
  const { expiresAt, ...rest } = given;
  const body: Record<string, string | null> = expiry === 'on' ? { ...given } : { ...rest };
  if (expiry === 'never') body['expiresAt'] = null;
  for (const name of days) {
    const date = body[name];
    if (typeof date === 'string') body[name] = startOfDay(date);
  }
  return body;
}

/** Body of `POST /v1/registrations/{id}/report-launch`: a failure has an error, a success has scopes. */
export function launchBody({ outcome = '', mode = '', error, grantedScope }: Fields): Fields {
  const told =
    outcome === 'failure'
      ? error === undefined
        ? {}
        : { error }
      : grantedScope === undefined
        ? {}
        : { grantedScope: grantedScope.split(/\s+/).join(' ') };
  return { outcome, mode, ...told };
}

/** What a person touched in the form of a task; times are local ones. */
export interface TaskDraft {
  readonly state?: TaskView['state'];
  readonly owner?: string;
  readonly reference?: string;
  readonly note?: string;
  readonly at?: string;
}

/**
 * Body of `PATCH /v1/registrations/{id}/task`: only what the person changed, as somebody else may have changed the rest
 * meanwhile. Empty text removes. Null when nothing is changed.
 */
export function taskBody(draft: TaskDraft, task: TaskView): Readonly<Record<string, string | null>> | null {
  const body: Record<string, string | null> = {};
  for (const name of ['owner', 'reference', 'note'] as const) {
    const text = draft[name]?.trim();
    if (text !== undefined && text !== (task[name] ?? '')) body[name] = text === '' ? null : text;
  }
  const state = draft.state ?? task.state;
  if (state !== task.state) body['state'] = state;
  const at = draft.at ?? '';
  if (at !== '' && state !== 'open') {
    body['state'] = state;
    body[state === 'submitted' ? 'submittedAt' : 'verifiedAt'] = instantOf(at);
  }
  return Object.keys(body).length === 0 ? null : body;
}
