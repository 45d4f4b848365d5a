import type { AuthMethod } from '../words.ts';
import { judgesClientFirst, type ProbeKnowledge } from './probeAnswer.ts';

/**
 * What a probe sends. None can be accepted but `client_credentials`: the code and the refresh token never existed, the
 * token to introspect neither, and the pushed request asks for a response type that there is not (RFC 6749, RFC 7662,
 * RFC 9126).
 */
export const probeForms = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'introspection',
  'pushed_request',
] as const;
export type ProbeForm = (typeof probeForms)[number];

/** What kind of client it is: one that users authorize, or a backend service (only client credentials). */
export type ProbeGrant = 'authorization_code' | 'client_credentials';

/** Of a client with these grant types; none named is `authorization_code` (RFC 7591 section 2). */
export function probeGrant(grantTypes: readonly string[], authMethod: AuthMethod): ProbeGrant {
  const only = grantTypes.length > 0 && grantTypes.every((grant) => grant === 'client_credentials');
  return only && authMethod !== 'none' ? 'client_credentials' : 'authorization_code';
}

const orders: Readonly<Record<ProbeGrant, readonly ProbeForm[]>> = {
  authorization_code: ['authorization_code', 'refresh_token', 'client_credentials', 'introspection', 'pushed_request'],
  client_credentials: ['client_credentials', 'authorization_code', 'introspection', 'refresh_token'],
};

/**
 * Forms to try, the most telling first: what told a wrong secret from a good one here, then what was not tried, then
 * what may only have met two wrong secrets, last what answers anybody alike. Client credentials are the proof of a
 * backend service, whatever else is known. A public client has nothing to introspect or to ask tokens with.
 */
export function orderForms(argument: {
  readonly grant: ProbeGrant;
  readonly authMethod: AuthMethod;
  /** Forms whose endpoint is known and approved for the credential. */
  readonly reachable: readonly ProbeForm[];
  readonly knowledge: Readonly<Partial<Record<ProbeForm, ProbeKnowledge>>>;
}): ProbeForm[] {
  const { grant, authMethod, reachable, knowledge } = argument;
  const isPublic = authMethod === 'none';
  const usable = orders[grant].filter(
    (form) => reachable.includes(form) && !(isPublic && (form === 'client_credentials' || form === 'introspection')),
  );
  const rank = (form: ProbeForm) =>
    form === 'client_credentials' && grant === 'client_credentials'
      ? tellingOfTokens(knowledge[form])
      : telling(knowledge[form]);
  return usable.sort((one, other) => rank(one) - rank(other));
}

/** A token needs no comparison: only what is known to tell goes before, and only where this told nothing. */
function tellingOfTokens(knowledge: ProbeKnowledge | undefined): number {
  return knowledge?.controlDiffers === false ? 0.5 : -1;
}

function telling(knowledge: ProbeKnowledge | undefined): number {
  if (knowledge === undefined) return 1;
  if (knowledge.controlDiffers) return 0;
  return judgesClientFirst(knowledge.controlAnswer) ? 2 : 3;
}
