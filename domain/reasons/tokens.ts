import type { ReasonText } from './text.ts';

/** What stands beside `InitialAccessTokenNeeded` where no server asked for one, and the other way out. */
export const ownTokenRule =
  'This is a rule of Registrar, the authorization server was not asked: the environment is of class production, and the policy allowAnonymous is not set. If the server registers without a token, an administrator sets the policy instead: PATCH /v1/registrations/{registrationId} with {"policies": {"allowAnonymous": true}}.';

/** Initial access tokens. */
export const initialAccessTokens = {
  InitialAccessTokenNeeded: {
    sentence: 'An initial access token is needed to register a client here.',
    action: 'Get an initial access token from the health system and supply it.',
  },
  InitialAccessTokenRejected: {
    sentence: 'The authorization server did not accept the initial access token.',
    action: 'Get a new initial access token from the health system and supply it.',
  },
  InitialAccessTokenExhausted: {
    sentence: 'The initial access token has no registration left.',
    action: 'Get a new initial access token from the health system and supply it.',
  },
  InitialAccessTokenExpired: {
    sentence: 'The initial access token has expired.',
    action: 'Get a new initial access token from the health system and supply it before it expires.',
  },
  InitialAccessTokenRevoked: {
    sentence: 'The authorization server no longer knows the initial access token; it was revoked.',
    action: 'Ask the health system why it was revoked, get a new initial access token and supply it.',
  },
  InitialAccessTokenUnreadable: {
    sentence:
      'The authorization server cannot read the initial access token: it is of another realm, made under another host name or with retired keys, past its end, or not a token.',
    action: 'Get an initial access token of this realm, made at this host name, and supply it.',
  },
  InitialAccessTokenSpent: {
    sentence: 'The initial access token was used by a request whose answer was lost.',
    action: 'Supply a new initial access token; the lost client is listed among the orphans (GET /v1/orphans).',
  },
} as const satisfies Record<string, ReasonText>;
