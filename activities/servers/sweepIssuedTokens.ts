import { RegistrarFailure } from '../../domain/failure.ts';
import type { IssuedToken } from '../../domain/ports/ledgers/issuedTokens.ts';
import type { ServerAccess } from '../../domain/servers/authorizationServer.ts';
import type { ListedInitialAccessToken } from '../../protocols/keycloak/admin.ts';
import type { Dependencies } from '../dependencies.ts';
import { administratorBearer, administratorOf } from './access.ts';

/** Milliseconds that the server's clock may differ from ours. */
const clockDifference = 5 * 60_000;

/**
 * Revokes initial access tokens that an administrator issued and that no request will use any more, whatever process
 * died with them. A server that cannot be asked now is asked in the next round; a token that ends by itself meanwhile
 * is left alone. Returns how many are gone.
 */
export async function sweepIssuedTokens(deps: Dependencies): Promise<number> {
  const unused = await deps.records.unusedIssuedTokens(2 * deps.requestStep);
  let revoked = 0;
  for (const token of unused) {
    try {
      if (await revoke(deps, token, await deps.records.serverAccessById(token.serverId))) revoked += 1;
    } catch (error) {
      if (!(error instanceof RegistrarFailure)) throw error;
    }
  }
  return revoked;
}

async function revoke(deps: Dependencies, token: IssuedToken, access: ServerAccess | null): Promise<boolean> {
  const administrator = administratorOf(access);
  if (administrator === null) return false;
  const { keycloak, realm, bearer } = await administratorBearer(deps, administrator);
  const id = token.peerTokenId ?? unknownId(token, await keycloak.initialAccessTokens(realm, bearer));
  if (id !== null) await keycloak.revokeInitialAccessToken(realm, bearer, id);
  await deps.records.endIssuedToken(token.intentId, 'revoked');
  return true;
}

/**
 * The token that was issued by an answer that got lost: unused, asked for at about that time, with the very life that
 * only it was asked for. Null where none, or more than one, is like that: it ends by itself within a quarter of an hour.
 */
function unknownId(
  { askedAt, lifetimeSeconds }: IssuedToken,
  listed: readonly ListedInitialAccessToken[],
): string | null {
  const like = listed.filter(
    ({ issuedAt, expiresAt, count, remainingCount }) =>
      count === 1 &&
      remainingCount === 1 &&
      expiresAt === issuedAt + lifetimeSeconds * 1000 &&
      Math.abs(issuedAt - askedAt) <= clockDifference,
  );
  const [only, ...more] = like;
  return only === undefined || more.length > 0 ? null : only.id;
}
