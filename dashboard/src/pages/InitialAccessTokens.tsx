import type { TokenSource, TokenState } from '../../../domain/servers/initialAccessToken.ts';
import { type Column, ListPage } from '../components/ListPage.tsx';
import { Pill } from '../components/Pill.tsx';
import { Time } from '../components/Time.tsx';
import type { InitialAccessTokenRecord } from '../http/shapes.ts';
import { registrationHash } from '../model/route.ts';
import { label, type Tone } from '../model/states.ts';

const tones: Readonly<Record<TokenState, Tone>> = {
  waiting: 'waiting',
  claimed: 'good',
  spent: 'idle',
  swept: 'idle',
  expired: 'bad',
  revoked: 'idle',
};

const sources: Readonly<Record<TokenSource, string>> = {
  operator: 'supplied by a person',
  'keycloak-admin': 'issued by the administrator of the server',
};

const columns: readonly Column<InitialAccessTokenRecord>[] = [
  ['Registration', ({ registrationId }) => <a href={registrationHash(registrationId)}>{registrationId}</a>],
  [
    'State',
    ({ state, expiring }) => (
      <>
        <Pill tone={expiring ? 'waiting' : tones[state]}>{label(state)}</Pill>
        {expiring && ' ends within a day'}
      </>
    ),
  ],
  ['Source', ({ source, suppliedBy }) => `${sources[source]}${suppliedBy === null ? '' : `, ${suppliedBy}`}`],
  ['Supplied', ({ suppliedAt }) => <Time at={suppliedAt} />],
  ['Ends', ({ expiresAt }) => (expiresAt === null ? 'unknown' : <Time at={expiresAt} />)],
  ['Registrations left', ({ remainingCount }) => remainingCount ?? 'unknown'],
  ['Spent', ({ spentAt }) => spentAt && <Time at={spentAt} />],
];

/** The inventory of initial access tokens; there is no value among them, as the API has none to give. */
export function InitialAccessTokens() {
  return (
    <ListPage<InitialAccessTokenRecord>
      title="Initial access tokens"
      lead="Where each came from and what became of it. A new one is supplied on the page of the registration that waits for it."
      path="/v1/initial-access-tokens"
      idOf={({ tokenId }) => tokenId}
      columns={columns}
      nothing="No initial access token has been supplied yet."
    />
  );
}
