import { plainText } from '../plainText.ts';
import type { Look } from '../render.ts';
import { renderTable } from '../table.ts';
import type { Adoption, Progress } from './adoption.ts';

/** One line on how far it is. */
export function progressLine({ all, counts }: Progress): string {
  const { proved, unchanged, failed, pending } = counts;
  const done = proved + unchanged + failed + pending;
  return `${done} of ${all}: ${proved} proved, ${unchanged} unchanged, ${failed} failed, ${all - done} under way`;
}

/** What became of every line: a table of those that were not proved, then the counts. */
export function reportLines(adoption: Adoption, look: Look): string[] {
  const { all, counts } = adoption.progress;
  const rows = adoption.ends.flatMap(({ line, end }) =>
    end === null || end.outcome === 'proved' || end.outcome === 'unchanged' ? [] : [{ line, end }],
  );
  const table =
    rows.length === 0
      ? []
      : [
          ...renderTable(
            [
              { name: 'LINE', cell: ({ line }) => String(line.number), dropFirst: 0, least: 4 },
              { name: 'REGISTRATION', cell: ({ line }) => line.registrationId, dropFirst: 0, least: 24 },
              { name: 'OUTCOME', cell: ({ end }) => end.outcome, dropFirst: 0, least: 7 },
              { name: 'REASON', cell: ({ end }) => end.reason, dropFirst: 0, least: 12 },
              { name: 'WHY', cell: ({ end }) => plainText(end.message), dropFirst: 1, least: 20 },
            ],
            rows,
            look.columns,
          ),
          '',
        ];
  const { proved, unchanged, failed, pending } = counts;
  const parts = [`${proved} proved`, `${unchanged} unchanged`, `${failed} failed`, `${pending} not ended`];
  return [...table, `${all} lines: ${parts.join(', ')}.${adoption.changed ? '' : ' Nothing was changed.'}`];
}
