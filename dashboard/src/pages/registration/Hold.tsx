import { reasons } from '../../../../domain/reasons/index.ts';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';
import { type HoldAction, holdActions, releaseText } from '../../model/holds.ts';
import { useSession } from '../../session.ts';
import { HoldActionButton } from './HoldActionButton.tsx';
import type { Operation } from './useOperation.ts';

/** What is held, since when, and what releases it. */
export function Hold({ view, operation }: { view: RegistrationView; operation: Operation }) {
  const { role } = useSession();
  const { hold } = view;
  if (hold === undefined) return null;
  // A newer release may name a reason that this page does not know.
  const sentence = reasons[hold.reason]?.sentence ?? hold.reason;
  return (
    <section className="panel" aria-labelledby="hold-title">
      <h2 id="hold-title">Held: {sentence}</h2>
      <p>{releaseText(view)}</p>
      <p className="said">
        <code>{hold.reason}</code> since <Time at={hold.since} />
      </p>
      <div className="buttons">
        {holdActions(view, role).map((action: HoldAction) => (
          <HoldActionButton key={action.kind} action={action} operation={operation} />
        ))}
      </div>
    </section>
  );
}
