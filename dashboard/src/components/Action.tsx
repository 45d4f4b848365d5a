import { useId } from 'react';
import type { Availability } from '../model/actions.ts';

/** A button that starts an operation; where it cannot, it says why. */
export function Action(props: {
  name: string;
  primary?: boolean;
  availability: Availability;
  busy: boolean;
  onStart: () => void;
}) {
  const { name, availability, busy } = props;
  const why = availability.possible ? (busy ? 'Another operation is under way.' : null) : availability.why;
  const id = useId();
  return (
    <div className="action">
      {/* Not `disabled`: a button that cannot be reached cannot tell why. */}
      <button
        type="button"
        className={props.primary === true ? 'primary' : ''}
        aria-disabled={why !== null}
        aria-describedby={why === null ? undefined : id}
        onClick={why === null ? props.onStart : undefined}
      >
        {name}
      </button>
      {why !== null && (
        <span id={id} className="help">
          {why}
        </span>
      )}
    </div>
  );
}
