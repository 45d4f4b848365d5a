import type { Intent, StoredAnswer } from '../../domain/operations/intent.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import type { Dependencies } from '../dependencies.ts';

/** Findings that say that an answer has a secret in a form that cannot be used: a number, or with a space in a token. */
const unusable: ReadonlySet<string> = new Set(['client-secret-not-usable', 'registration-access-token-not-usable']);

/** An answer with a secret or token that cannot be used is kept sealed: with its intent both would be discarded. */
export async function keepUnusable(
  { records }: Pick<Dependencies, 'records'>,
  intent: Intent,
  { clientId, findings }: Pick<ClientInformation, 'clientId' | 'findings'>,
  answer: StoredAnswer,
): Promise<void> {
  if (!findings.some(({ code }) => unusable.has(code))) return;
  await records.keepAnswer({ id: `${intent.intentId}/unread`, intent, clientId, answer });
}
