import type { ReasonText } from './text.ts';

/** The database and the secret store. */
export const stores = {
  RecordsUnavailable: { sentence: 'The database did not answer; the step is tried again.', action: null },
  DecisionOutdated: {
    sentence: 'The registration has moved on since this was decided; it is decided again.',
    action: null,
  },
  RecordsConflict: {
    sentence:
      'The records hold other events than the workflow of this registration was about to write; it starts again from the records.',
    action:
      'Make sure that one Temporal server only works on this database; then have the credential proved (registrar verify REGISTRATION).',
  },
  SecretStoreUnavailable: {
    sentence: 'The secret store did not answer; the stored answer is kept and the step is tried again.',
    action: null,
  },
  SecretStoreConflict: {
    sentence: 'Another version of the secret became current meanwhile; nothing was overwritten.',
    action:
      'Find out who else writes this secret; then accept the version that is current (accept-current), or put the one of Registrar in its place (overwrite).',
  },
  SecretTooLarge: {
    sentence: 'What would have to be stored exceeds the 25,000 bytes that a secret may have.',
    action: 'Shorten scopes, redirect URIs or key sets of the client metadata.',
  },
  SecretStoreRefused: {
    sentence: 'The secret store refuses the write.',
    action: 'Check the permissions and the state of the secret named in the message.',
  },
} as const satisfies Record<string, ReasonText>;
