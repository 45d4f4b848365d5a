import { attentionOf } from '../../../../domain/people/attention.ts';
import { PhasePill } from '../../components/Pill.tsx';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';
import { emptyQuery, overviewHash, registrationHash } from '../../model/route.ts';

/** Registrations that need a person, each with the reason first and what to do about it. */
export function AttentionList({ items, total }: { items: readonly RegistrationView[]; total: number }) {
  return (
    <section className="attention" aria-labelledby="attention">
      <h2 id="attention">What needs attention and why</h2>
      {items.length === 0 ? (
        <p className="all-well">Nothing needs a person.</p>
      ) : (
        <ul>
          {items.map((view) => (
            <Item key={view.registrationId} view={view} />
          ))}
        </ul>
      )}
      {total > items.length && (
        <p>
          <a href={overviewHash({ ...emptyQuery, needsAttention: true, sort: 'expiresAt' })}>
            All {total} that need attention
          </a>
        </p>
      )}
    </section>
  );
}

function Item({ view }: { view: RegistrationView }) {
  const attention = attentionOf(view);
  if (attention === null) return null;
  return (
    <li>
      <p className="why">{attention.sentence}</p>
      {attention.action !== null && (
        <p className="do">
          <b>Do:</b> {attention.action}
        </p>
      )}
      {attention.message !== '' && <p className="said">{attention.message}</p>}
      <p className="where">
        <a href={registrationHash(view.registrationId)}>{view.registrationId}</a>
        <PhasePill phase={view.phase} />
        <span>
          since <Time at={attention.since} />
        </span>
      </p>
    </li>
  );
}
