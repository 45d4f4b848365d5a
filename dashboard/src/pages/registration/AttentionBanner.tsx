import { attentionOf } from '../../../../domain/people/attention.ts';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';

/** Why this registration needs a person and what to do. */
export function AttentionBanner({ view }: { view: RegistrationView }) {
  const attention = attentionOf(view);
  if (attention === null) return null;
  return (
    <section className="banner" aria-labelledby="why">
      <h2 id="why">Needs attention: {attention.sentence}</h2>
      {attention.action !== null && (
        <p className="do">
          <b>Do:</b> {attention.action}
        </p>
      )}
      {attention.message !== '' && <p className="said">{attention.message}</p>}
      <p className="where">
        <code>{attention.reason}</code>
        <span>
          since <Time at={attention.since} />
        </span>
      </p>
    </section>
  );
}
