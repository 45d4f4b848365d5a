import type { ReasonText } from './text.ts';

/** Replacing a credential. */
export const rotation = {
  NoSecretToRotate: { sentence: 'The client is public: it has no secret to replace.', action: null },
  KeyRotationNotAvailable: {
    sentence: 'The client authenticates with a key, which does not expire; a later version replaces keys.',
    action: 'If the key was shown to somebody, retire the registration and add it again.',
  },
  Rotated: { sentence: 'The credential was replaced.', action: null },
  RotationTooEarly: {
    sentence:
      'The server kept the secret, which goes on working: it is too early, or the server replaces none that never ends. One that ends is asked for again in time.',
    action: null,
  },
  RotationNotSupported: {
    sentence: 'The server has no client configuration endpoint, so the secret cannot be replaced in place.',
    action: 'Register a new client before the secret expires.',
  },
  RotationPolicyInvalid: {
    sentence:
      'The rotation policy asks to renew in the first tenth of the life of the secret, or before it; the default time is used.',
    action: 'Set renewBefore to less than nine tenths of the lifetime of the secret.',
  },
  RotationOverdue: {
    sentence: 'The secret should have been replaced by now; it still works, and Registrar goes on trying.',
    action: 'Read in the timeline what the server answers, and see the expiry: there is time to ask the health system.',
  },
  ServerDoesNotRotate: {
    sentence:
      'The server kept the secret although nearly all of its life is over: it does not seem to replace secrets.',
    action: 'Have a new client registered before the secret expires; Registrar goes on asking.',
  },
  SecretSetAside: {
    sentence:
      'The secret that the server issued last never proved good; it is set aside, and the one before stays in use.',
    action: 'Ask the health system whether its server shows secrets as they are; Registrar asks for another one.',
  },
  RotationPaced: {
    sentence: 'The client has been sent as many requests as Registrar allows itself; the next one comes later.',
    action: 'Read in the timeline why the requests before did not do; "next attempt" says when the next one comes.',
  },
  RetryAfterPastExpiry: {
    sentence: 'The server asks to be left alone for longer than the secret lives.',
    action: 'Ask the health system when its server takes requests again, or to replace the secret by hand.',
  },
  RotationInsideFreezeWindow: {
    sentence: 'The secret would expire before the freeze window leaves time, so it is rotated inside the window.',
    action: null,
  },
  ExpiryNotUsable: {
    sentence: 'The server says that the new secret ends in the past or within seconds; its expiry counts as unknown.',
    action: 'Ask the health system how long its secrets live, and set maxAge in the rotation policy to less.',
  },
  LifetimeVeryShort: {
    sentence: 'The secret lives less than an hour: when its rotation fails there is no time for a person.',
    action: null,
  },
  ClientEndsSoon: {
    sentence: 'The client itself ends, which no rotation of its secret changes.',
    action: 'Have a new client registered, or the life of this one extended, before its end.',
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
