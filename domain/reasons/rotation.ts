import type { ReasonText } from './text.ts';

/** Replacing a credential. */
export const rotation = {
  NoSecretToRotate: { sentence: 'The client is public: it has no secret to replace.', action: null },
  KeyRotationNotAvailable: {
    sentence: 'The client authenticates with a key, which does not expire; a later version replaces keys.',
    action: 'If the key was shown to somebody, retire the registration and add it again.',
  },
  Rotated: { sentence: 'The credential was replaced.', action: null },
  RotationTooEarly: { sentence: 'The server kept the secret: it is too early; asked again later.', action: null },
  RotationNotSupported: {
    sentence: 'The server has no client configuration endpoint, so the secret cannot be replaced in place.',
    action: 'Register a new client before the secret expires.',
  },
  RotationPolicyInvalid: {
    sentence: 'The rotation policy asks to renew earlier than the secret lives; the default time is used.',
    action: 'Set renewBefore to less than the lifetime of the secret.',
  },
  ManagementRejected: {
    sentence:
      'The server refuses every registration access token that is stored; the client may be gone or its token lost.',
    action:
      'Ask the administrator of the authorization server for a new registration access token, or register anew before the secret expires.',
  },
  UpdateRejected: {
    sentence: 'The server refuses the update of the client.',
    action: 'Read the error of the server in the timeline; correct the metadata or ask the health system.',
  },
} as const satisfies Record<string, ReasonText>;
