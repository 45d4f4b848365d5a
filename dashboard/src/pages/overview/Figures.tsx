import { type CredentialHealth, credentialHealths, type Phase, phases } from '../../../../domain/words.ts';
import { HealthPill, PhasePill } from '../../components/Pill.tsx';
import type { Summary } from '../../http/shapes.ts';
import { emptyQuery, overviewHash } from '../../model/route.ts';

function count<Word extends string>(
  words: readonly Word[],
  counts: Readonly<Record<string, number>>,
): [Word, number][] {
  return words.map((word): [Word, number] => [word, counts[word] ?? 0]).filter(([, number]) => number > 0);
}

/** How many registrations are in each state; each figure filters the list. */
export function Figures({ summary, total }: { summary: Summary; total: number }) {
  return (
    <section className="figures" aria-label="Figures">
      <p className="total">
        <strong>{total}</strong> {total === 1 ? 'registration' : 'registrations'}
      </p>
      <dl>
        <div>
          <dt>By phase</dt>
          {count<Phase>(phases, summary.phases).map(([phase, number]) => (
            <dd key={phase}>
              <a href={overviewHash({ ...emptyQuery, phase })}>
                <PhasePill phase={phase} /> <span>{number}</span>
              </a>
            </dd>
          ))}
        </div>
        <div>
          <dt>By credential</dt>
          {count<CredentialHealth>(credentialHealths, summary.credentialHealth).map(([credentialHealth, number]) => (
            <dd key={credentialHealth}>
              <a href={overviewHash({ ...emptyQuery, credentialHealth })}>
                <HealthPill health={credentialHealth} /> <span>{number}</span>
              </a>
            </dd>
          ))}
        </div>
      </dl>
    </section>
  );
}
