import { useEffect, useRef, useState } from 'react';
import { credentialHealths, phases } from '../../../../domain/words.ts';
import { emptyQuery, type ListQuery, overviewHash, type Sort, sorts } from '../../model/route.ts';
import { label } from '../../model/states.ts';

/** Milliseconds after the last key until the typed text filters the list. */
const typingPause = 300;

function show(query: ListQuery): void {
  // Replaces: every letter typed would otherwise be a step of the back button.
  window.history.replaceState(null, '', overviewHash(query));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Narrows and orders the list; what is chosen stands in the address. */
export function Filters({ query }: { query: ListQuery }) {
  const [typed, setTyped] = useState(query.q);
  // What the field itself put into the address; another text there came from a link or the back button.
  const shown = useRef(query.q);
  useEffect(() => {
    if (query.q !== shown.current) {
      shown.current = query.q;
      setTyped(query.q);
    }
  }, [query.q]);
  useEffect(() => {
    const q = typed.trim();
    if (q === shown.current) return;
    const timer = window.setTimeout(() => {
      shown.current = q;
      show({ ...query, q });
    }, typingPause);
    return () => window.clearTimeout(timer);
  }, [typed, query]);

  return (
    <search>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>Search</span>
          <input
            type="search"
            value={typed}
            maxLength={200}
            placeholder="Tenant, id or FHIR base URL"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <label>
          <span>Phase</span>
          <select value={query.phase} onChange={(event) => show({ ...query, phase: event.target.value })}>
            <option value="">Any</option>
            {phases.map((phase) => (
              <option key={phase} value={phase}>
                {label(phase)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Credential</span>
          <select
            value={query.credentialHealth}
            onChange={(event) => show({ ...query, credentialHealth: event.target.value })}
          >
            <option value="">Any</option>
            {credentialHealths.map((health) => (
              <option key={health} value={health}>
                {label(health)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Sort by</span>
          <select value={query.sort} onChange={(event) => show({ ...query, sort: event.target.value as Sort })}>
            {Object.entries(sorts).map(([sort, text]) => (
              <option key={sort} value={sort}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={query.needsAttention}
            onChange={(event) => show({ ...query, needsAttention: event.target.checked })}
          />
          <span>Needs attention only</span>
        </label>
        {overviewHash({ ...query, sort: emptyQuery.sort }) !== '#/' && (
          <a className="clear" href={overviewHash(emptyQuery)}>
            Clear filters
          </a>
        )}
      </form>
    </search>
  );
}
