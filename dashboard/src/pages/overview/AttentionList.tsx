import { attentionOf } from '../../../../domain/people/attention.ts';
import { reasons } from '../../../../domain/reasons/index.ts';
import { PhasePill } from '../../components/Pill.tsx';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView, Summary } from '../../http/shapes.ts';
import { emptyQuery, overviewHash, registrationHash } from '../../model/route.ts';

/** Registrations that need a person, each with the reason first and what to do about it. */
export function AttentionList({
  items,
  total,
  pausedOrigins,
}: {
  items: readonly RegistrationView[];
  total: number;
  pausedOrigins: Summary['pausedOrigins'];
}) {
  return (
    <section className="attention" aria-labelledby="attention">
      <h2 id="attention">What needs attention and why</h2>
      {items.length + pausedOrigins.length === 0 ? (
        <p className="all-well">Nothing needs a person.</p>
      ) : (
        <ul>
          {pausedOrigins.map((paused) => (
            <PausedItem key={paused.origin} paused={paused} />
          ))}
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

/** A server, for all its registrations. */
function PausedItem({ paused }: { paused: Summary['pausedOrigins'][number] }) {
  return (
    <li>
      <p className="why">{reasons[paused.reason].sentence}</p>
      <p className="do">
        <b>Do:</b> {reasons[paused.reason].action}
      </p>
      <p className="where">
        <span>{paused.origin}</span>
        <span>{paused.registrations === 1 ? '1 registration' : `${paused.registrations} registrations`}</span>
        {paused.pausedUntil !== null && (
          <span>
            until <Time at={paused.pausedUntil} />
          </span>
        )}
      </p>
    </li>
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
