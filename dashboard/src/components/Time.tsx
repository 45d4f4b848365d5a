import { useSyncExternalStore } from 'react';
import { relativeTime } from '../../../domain/time/relative.ts';
import { onTick } from '../hooks.ts';

const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const withSeconds = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** A time in the reader's zone with how far away it is; `at` is RFC 3339 UTC. */
export function Time({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const milliseconds = Date.parse(at);
  const relative = useSyncExternalStore(onTick, () =>
    Number.isNaN(milliseconds) ? '' : relativeTime(milliseconds, Date.now()),
  );
  if (Number.isNaN(milliseconds)) return <span>unknown</span>;
  return (
    <time dateTime={at} title={full.format(milliseconds)}>
      <span className="relative">{relative}</span>{' '}
      <span className="absolute">{(seconds ? withSeconds : short).format(milliseconds)}</span>
    </time>
  );
}
