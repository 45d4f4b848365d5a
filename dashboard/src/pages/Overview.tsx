import { useEffect, useState } from 'react';
import { Problem } from '../components/Problem.tsx';
import { useGathered, useLoaded, useTitle } from '../hooks.ts';
import type { Page, RegistrationView, Summary } from '../http/shapes.ts';
import { type ListQuery, overviewHash, queryParameters } from '../model/route.ts';
import { words } from '../model/states.ts';
import { useSession } from '../session.ts';
import { AttentionList } from './overview/AttentionList.tsx';
import { Empty } from './overview/Empty.tsx';
import { Figures } from './overview/Figures.tsx';
import { Filters } from './overview/Filters.tsx';
import { Pager } from './overview/Pager.tsx';
import { RegistrationTable } from './overview/RegistrationTable.tsx';

const pageSize = 50;
/** How many reasons are listed before the list asks to be filtered. */
export const attentionSize = 20;

function listPath(query: ListQuery, cursor: string | undefined): string {
  const parameters = queryParameters(query);
  parameters.set('sort', query.sort);
  parameters.set('limit', String(pageSize));
  if (cursor !== undefined) parameters.set('cursor', cursor);
  return `/v1/registrations?${parameters}`;
}

/** What needs attention and why, then every registration. */
export function Overview({ query }: { query: ListQuery }) {
  const session = useSession();
  const filter = overviewHash(query);
  // Cursors of the pages that lead here; the address changes with the filter, and with it the place in the list.
  const [place, setPlace] = useState<{ filter: string; cursors: readonly string[] }>({ filter, cursors: [] });
  const cursors = place.filter === filter ? place.cursors : [];
  const summary = useLoaded<Summary>('/v1/summary');
  const attention = useLoaded<Page<RegistrationView>>(
    `/v1/registrations?needsAttention=true&sort=expiresAt&limit=${attentionSize}`,
  );
  const list = useLoaded<Page<RegistrationView>>(listPath(query, cursors.at(-1)));
  useTitle('Registrations');

  const gather = useGathered(async () => {
    await Promise.all([summary.reload(), attention.reload(), list.reload()]);
  });
  const { subscribe, announce } = session;
  useEffect(
    () =>
      subscribe((event) => {
        if (event !== null)
          announce(`${event.registrationId}: ${words(event.type.replace('.', ' '))}. ${event.message}`);
        gather();
      }),
    [subscribe, announce, gather],
  );

  const total = Object.values(summary.data?.phases ?? {}).reduce((sum, count) => sum + count, 0);
  const problem = list.problem ?? attention.problem ?? summary.problem;
  return (
    <>
      <h1 className="unseen">Registrations</h1>
      {problem !== null && <Problem problem={problem} onRetry={gather} />}
      {summary.data !== null && total === 0 ? (
        <Empty />
      ) : (
        <>
          {attention.data !== null && (
            <AttentionList
              items={attention.data.items}
              pausedOrigins={summary.data?.pausedOrigins ?? []}
              total={Math.max(summary.data?.needsAttention ?? 0, attention.data.items.length)}
            />
          )}
          {summary.data !== null && <Figures summary={summary.data} total={total} />}
          <section aria-labelledby="all">
            <h2 id="all">All registrations</h2>
            <Filters query={query} />
            {list.data === null ? (
              list.problem === null && <p className="loading">Reading the registrations…</p>
            ) : (
              <>
                <RegistrationTable items={list.data.items} query={query} />
                <Pager
                  page={cursors.length + 1}
                  onBack={cursors.length === 0 ? null : () => setPlace({ filter, cursors: cursors.slice(0, -1) })}
                  onNext={
                    list.data.nextCursor === undefined
                      ? null
                      : (
                          (next) => () =>
                            setPlace({ filter, cursors: [...cursors, next] })
                        )(list.data.nextCursor)
                  }
                />
              </>
            )}
          </section>
        </>
      )}
    </>
  );
}
