// biome-ignore-all lint/a11y/noRedundantRoles: as cards on a narrow screen, some browsers forget that this is a table
import { type ReactNode, useEffect, useState } from 'react';
import { useGathered, useLoaded, useTitle } from '../hooks.ts';
import type { Page } from '../http/shapes.ts';
import { Pager } from '../pages/overview/Pager.tsx';
import { useSession } from '../session.ts';
import { Problem } from './Problem.tsx';

/** A column: its name, and what it shows of an item. The first one heads the row. */
export type Column<Item> = readonly [name: string, show: (item: Item) => ReactNode];

const pageSize = 50;

/** A list of the API as a page to read; kept current while events arrive. On a narrow screen each row becomes a card. */
export function ListPage<Item>(props: {
  title: string;
  /** What the list is, and how what is in it is changed. */
  lead: ReactNode;
  path: string;
  idOf: (item: Item) => string;
  columns: readonly Column<Item>[];
  nothing: string;
}) {
  const { title, columns } = props;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const parameters = new URLSearchParams({ limit: String(pageSize), ...(cursor === undefined ? {} : { cursor }) });
  const list = useLoaded<Page<Item>>(`${props.path}?${parameters}`);
  const { subscribe } = useSession();
  const gather = useGathered(list.reload);
  useEffect(() => subscribe(() => gather()), [subscribe, gather]);
  useTitle(title);
  const next = list.data?.nextCursor;
  return (
    <>
      <p className="back">
        <a href="#/">All registrations</a>
      </p>
      <header className="heading">
        <h1>{title}</h1>
        <p>{props.lead}</p>
      </header>
      {list.problem !== null && <Problem problem={list.problem} onRetry={gather} />}
      {list.data === null && list.problem === null && <p className="loading">Reading…</p>}
      {list.data?.items.length === 0 && <p className="nothing">{props.nothing}</p>}
      {list.data !== null && list.data.items.length > 0 && (
        <table role="table" className="cards">
          <caption className="unseen">{title}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map(([name]) => (
                <th key={name} role="columnheader" scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {list.data.items.map((item) => (
              <tr key={props.idOf(item)} role="row">
                {columns.map(([name, show], index) =>
                  index === 0 ? (
                    <th key={name} role="rowheader" scope="row" data-name={name}>
                      <div>{show(item)}</div>
                    </th>
                  ) : (
                    <td key={name} role="cell" data-name={name}>
                      <div>{show(item) ?? <span className="none">—</span>}</div>
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Pager
        page={cursors.length + 1}
        onBack={cursors.length === 0 ? null : () => setCursors(cursors.slice(0, -1))}
        onNext={next === undefined ? null : () => setCursors([...cursors, next])}
      />
    </>
  );
}
