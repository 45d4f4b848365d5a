import { attentionOf } from '../domain/people/attention.ts';
import type { RegistrationView } from '../domain/registration/view.ts';
import { type CsvColumn, csvText } from './csv.ts';

/** Times are RFC 3339 UTC. An empty cell = there is none, or not yet. */
const columns: CsvColumn<RegistrationView>[] = [
  ['registrationId', ({ registrationId }) => registrationId],
  ['phase', ({ phase }) => phase],
  ['credentialHealth', ({ credentialHealth }) => credentialHealth],
  ['attention', (view) => attentionOf(view)?.reason],
  ['message', messageOf],
  ['action', (view) => attentionOf(view)?.action],
  ['fhirBaseUrl', ({ fhirBaseUrl }) => fhirBaseUrl],
  ['clientId', ({ credential }) => credential?.clientId],
  ['expiresAt', expiryOf],
  ['rotationDueAt', ({ credential }) => credential?.rotationDueAt],
  ['provedAt', ({ credential }) => credential?.provedAt],
  ['strategy', ({ credential }) => credential?.strategy],
];

/** `status --csv`: a line for each registration, in the order that they are given. */
export function statusCsv(views: readonly RegistrationView[]): string {
  return csvText(columns, views);
}

function messageOf(view: RegistrationView): string {
  const attention = attentionOf(view);
  return attention === null ? '' : attention.message || attention.sentence;
}

function expiryOf({ credential }: RegistrationView): string {
  if (credential === null) return '';
  return credential.expiresAt ?? (credential.expiryKnown ? 'never' : 'unknown');
}
