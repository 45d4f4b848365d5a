import { reasons } from '../../../../domain/reasons/index.ts';
import type { Condition } from '../../../../domain/registration/conditions.ts';
import { conditionTypes } from '../../../../domain/words.ts';
import { Section } from '../../components/Facts.tsx';
import { Pill } from '../../components/Pill.tsx';
import { Time } from '../../components/Time.tsx';
import { conditionTone, words } from '../../model/states.ts';

/** What is known to be the case, in the order in which it becomes so. */
export function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  const ordered = [...conditions].sort(
    (one, other) => conditionTypes.indexOf(one.type) - conditionTypes.indexOf(other.type),
  );
  return (
    <Section id="conditions" title="Conditions">
      {ordered.length === 0 && <p className="none">Nothing is known yet.</p>}
      <ul className="conditions">
        {ordered.map((condition) => (
          <li key={condition.type}>
            <p className="name">
              <b>{words(condition.type)}</b>
              <Pill tone={conditionTone(condition.type, condition.status)}>{condition.status}</Pill>
            </p>
            <p>{sentence(condition)}</p>
            {condition.message !== sentence(condition) && <p className="said">{condition.message}</p>}
            <p className="where">
              <code>{condition.reason}</code>
              <span>
                since <Time at={condition.lastTransitionTime} />
              </span>
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function sentence(condition: Condition): string {
  const known: { sentence: string } | undefined = reasons[condition.reason];
  return known?.sentence ?? condition.message;
}
