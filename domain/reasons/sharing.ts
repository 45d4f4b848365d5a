import type { ReasonText } from './text.ts';

/** Clients that several registrations use. */
export const sharing = {
  SharedClientAvailable: {
    sentence:
      'No client can be registered here by a request, and the application has one at the same token endpoint already.',
    action: 'Share that client (shareWith), or have another one registered by hand.',
  },
  ClientShared: { sentence: 'The client of another registration is used.', action: null },
  HolderNotReady: {
    sentence: 'The registration whose client is shared has no proved credential yet.',
    action: 'Look at that registration; this one goes on by itself when its credential is proved.',
  },
  HolderElsewhere: {
    sentence: 'The registration whose client is shared uses another token endpoint.',
    action: 'Compare the token endpoints; share the client of a registration at the same one, or register an own one.',
  },
  RetireShared: { sentence: 'The client goes on: it belongs to another registration.', action: null },
  HasSharers: { sentence: 'Other registrations use this client.', action: 'Retire the sharing registrations first.' },
} as const satisfies Record<string, ReasonText>;
