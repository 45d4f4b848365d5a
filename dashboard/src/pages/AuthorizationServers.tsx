import { type Column, ListPage } from '../components/ListPage.tsx';
import { Time } from '../components/Time.tsx';
import type { AuthorizationServerRecord } from '../http/shapes.ts';

const columns: readonly Column<AuthorizationServerRecord>[] = [
  ['Server', ({ name, issuer, tokenEndpoint }) => name ?? <code className="url">{issuer ?? tokenEndpoint}</code>],
  ['Token endpoint', ({ tokenEndpoint }) => <code className="url">{tokenEndpoint}</code>],
  ['Registrations', ({ registrations }) => registrations],
  [
    'Credentials',
    ({ credentials }) => credentials.map(({ kind, clientId }) => `${kind}: ${clientId}`).join(', ') || null,
  ],
  ['Allowed', ({ policies }) => allowed(policies)],
  ['Notes', ({ notes }) => notes],
  ['First seen', ({ firstSeenAt }) => <Time at={firstSeenAt} />],
];

function allowed(policies: AuthorizationServerRecord['policies']): string | null {
  const names = [
    policies.issueInitialAccessTokens ? 'issuing initial access tokens' : '',
    policies.reissueManagementTokens ? 'renewing registration access tokens' : '',
  ].filter((name) => name !== '');
  return names.length === 0 ? null : names.join(', ');
}

/** The authorization servers that discovery has named. */
export function AuthorizationServers() {
  return (
    <ListPage<AuthorizationServerRecord>
      title="Authorization servers"
      lead="Where clients live. An administrator names them, and gives them a service account, by registrar authorization-server or the API."
      path="/v1/authorization-servers"
      idOf={({ serverId }) => serverId}
      columns={columns}
      nothing="No health system has been discovered yet."
    />
  );
}
