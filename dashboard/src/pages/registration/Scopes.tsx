import { Fragment } from 'react';
import type { ScopesView } from '../../../../domain/registration/view.ts';
import { formatScope, parseScope } from '../../../../domain/scopes/scope.ts';
import { scopeSet } from '../../../../domain/scopes/set.ts';
import { Section } from '../../components/Facts.tsx';

const stages = ['requested', 'sent', 'advertised', 'registered', 'granted'] as const;

/** Which scopes were asked for and what became of each. */
export function Scopes({ scopes }: { scopes: ScopesView | null }) {
  if (scopes === null) {
    return (
      <Section id="scopes" title="Scopes">
        <p className="none">Nothing has been asked for yet.</p>
      </Section>
    );
  }
  // What a server advertises beyond our request says nothing about this client.
  const all = onceByMeaning([...scopes.requested, ...(scopes.registered ?? []), ...(scopes.granted ?? [])]);
  // Scopes are compared by meaning: a server of SMART v1 answers .read for the .rs that was asked.
  const known = stages.flatMap((stage) => {
    const held = scopes[stage];
    return held == null ? [] : [{ stage, held: scopeSet(held) }];
  });
  const unknown = stages.filter((stage) => scopes[stage] === null);
  return (
    <Section id="scopes" title="Scopes">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
      <section className="scroll" aria-label="Table of scopes" tabIndex={0}>
        <table className="scopes">
          <thead>
            <tr>
              <th scope="col">Scope</th>
              {known.map(({ stage }) => (
                <th key={stage} scope="col">
                  {stage}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.map((scope) => (
              <tr key={scope}>
                <th scope="row">
                  <code>
                    <Breakable name={scope} />
                  </code>
                </th>
                {known.map(({ stage, held }) => {
                  const has = held.covers(scope);
                  return (
                    <td key={stage} className={has ? 'yes' : stage === 'advertised' ? 'none' : 'no'}>
                      {has ? 'yes' : 'no'}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {unknown.length > 0 && <p className="help">Not known: {unknown.join(', ')}.</p>}
      {scopes.differences.length > 0 && (
        <>
          <h3>Differences</h3>
          <ul className="differences">
            {scopes.differences.map((difference) => (
              <li key={`${difference.kind} ${difference.scope}`}>
                <code>{difference.scope}</code> {difference.message}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

/** The first of each that mean the same. */
function onceByMeaning(scopes: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const scope of scopes) {
    const meaning = formatScope(parseScope(scope));
    if (!first.has(meaning)) first.set(meaning, scope);
  }
  return [...first.values()];
}

/** A name that a narrow screen breaks after a slash or dot, never inside a word. */
function Breakable({ name }: { name: string }) {
  let at = 0;
  return name.split(/(?<=[/.:?&])/).map((part) => {
    at += part.length;
    return (
      <Fragment key={at}>
        {part}
        <wbr />
      </Fragment>
    );
  });
}
