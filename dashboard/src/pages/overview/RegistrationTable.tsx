// biome-ignore-all lint/a11y/noRedundantRoles: as cards on a narrow screen, some browsers forget that this is a table
import type { ReactNode } from 'react';
import { attentionOf } from '../../../../domain/people/attention.ts';
import { HealthPill, PhasePill } from '../../components/Pill.tsx';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';
import { readingFailure } from '../../model/nextStep.ts';
import { type ListQuery, overviewHash, registrationHash, type Sort } from '../../model/route.ts';

function Head({
  name,
  sort,
  query,
}: {
  name: string;
  sort: 'registrationId' | 'expiresAt' | 'rotationDueAt';
  query: ListQuery;
}) {
  const descending: Sort = `-${sort}`;
  const order = query.sort === sort ? 'ascending' : query.sort === descending ? 'descending' : 'none';
  return (
    <th role="columnheader" scope="col" aria-sort={order}>
      <a href={overviewHash({ ...query, sort: order === 'ascending' ? descending : sort })}>
        {name}
        <span aria-hidden="true">{order === 'ascending' ? ' ↑' : order === 'descending' ? ' ↓' : ''}</span>
      </a>
    </th>
  );
}

function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <td role="cell" data-name={name}>
      {children}
    </td>
  );
}

function expiry(view: RegistrationView): ReactNode {
  if (view.credential === null) return <span className="none">—</span>;
  if (view.credential.expiresAt !== null) return <Time at={view.credential.expiresAt} />;
  return <span className="none">{view.credential.expiryKnown ? 'never' : 'unknown'}</span>;
}

/** Every registration of one page of the list; on a narrow screen each row becomes a card. */
export function RegistrationTable({ items, query }: { items: readonly RegistrationView[]; query: ListQuery }) {
  if (items.length === 0) return <p className="nothing">No registration matches.</p>;
  return (
    <table role="table" className="cards">
      <caption className="unseen">Registrations with phase, credential, expiry and next rotation</caption>
      <thead role="rowgroup">
        <tr role="row">
          <Head name="Tenant" sort="registrationId" query={query} />
          <th role="columnheader" scope="col">
            Application
          </th>
          <th role="columnheader" scope="col">
            Environment
          </th>
          <th role="columnheader" scope="col">
            Phase
          </th>
          <th role="columnheader" scope="col">
            Credential
          </th>
          <Head name="Expiry" sort="expiresAt" query={query} />
          <Head name="Next rotation" sort="rotationDueAt" query={query} />
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((view) => (
          <tr key={view.registrationId} role="row" className={attentionOf(view) === null ? '' : 'needs'}>
            <th role="rowheader" scope="row" data-name="Tenant">
              <a href={registrationHash(view.registrationId)} aria-label={view.registrationId}>
                {view.tenantId}
              </a>
              {view.endpointId !== 'main' && <span className="endpoint">{view.endpointId}</span>}
            </th>
            <Cell name="Application">{view.applicationId}</Cell>
            <Cell name="Environment">{view.environment}</Cell>
            <Cell name="Phase">
              <PhasePill phase={view.phase} />
              {readingFailure(view) !== null && <span className="endpoint">could not be read yet</span>}
            </Cell>
            <Cell name="Credential">
              <HealthPill health={view.credentialHealth} />
            </Cell>
            <Cell name="Expiry">{expiry(view)}</Cell>
            <Cell name="Next rotation">
              {view.credential?.rotationDueAt == null ? (
                <span className="none">—</span>
              ) : (
                <Time at={view.credential.rotationDueAt} />
              )}
            </Cell>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
