import { Section } from '../../components/Facts.tsx';
import { Problem } from '../../components/Problem.tsx';
import { Time } from '../../components/Time.tsx';
import type { EventRecord } from '../../http/shapes.ts';
import { words } from '../../model/states.ts';
import { valueText } from '../../model/timeline.ts';
import type { TimelineState } from './useTimeline.ts';

/** What happened, newest first. */
export function Timeline({ timeline }: { timeline: TimelineState }) {
  const { events, loading, problem, hasOlder } = timeline;
  return (
    <Section id="timeline" title="Timeline">
      <ol className="timeline" reversed aria-busy={loading}>
        {events.map((event) => (
          <Entry key={event.position} event={event} />
        ))}
      </ol>
      {problem !== null && (
        <Problem problem={problem} onRetry={events.length === 0 ? timeline.reload : timeline.loadOlder} />
      )}
      {events.length === 0 && !loading && problem === null && <p className="none">Nothing has happened yet.</p>}
      {hasOlder && problem === null && (
        <button type="button" className="quiet" disabled={loading} onClick={timeline.loadOlder}>
          {loading ? 'Reading…' : 'Show older'}
        </button>
      )}
    </Section>
  );
}

function Entry({ event }: { event: EventRecord }) {
  const changes = Object.entries(event.changes ?? {});
  return (
    <li>
      <p className="name">
        <b>{words(event.type.replace('.', ' '))}</b>
        <Time at={event.at} seconds />
      </p>
      <p>{event.message}</p>
      {changes.length > 0 && (
        <ul className="changes">
          {changes.map(([name, change]) => (
            <li key={name}>
              {words(name)}: <code>{valueText(change.from)}</code> → <code>{valueText(change.to)}</code>
            </li>
          ))}
        </ul>
      )}
      <p className="where">
        <span>by {event.actor}</span>
        {event.reason !== undefined && <code>{event.reason}</code>}
        <span>no. {event.sequence}</span>
      </p>
    </li>
  );
}
