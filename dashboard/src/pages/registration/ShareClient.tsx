import { type ReactNode, useState } from 'react';
import { Field } from '../../components/Form.tsx';

/** Offers the clients that the application has at this token endpoint already. */
export function ShareClient(props: {
  holders: readonly string[];
  busy: boolean;
  refusal: ReactNode;
  onShare: (holderRegistrationId: string) => void;
}) {
  const { holders } = props;
  const [chosen, setChosen] = useState('');
  const holder = holders.includes(chosen) ? chosen : (holders[0] ?? '');
  return (
    <details className="panel">
      <summary>Share a client that the application has here already</summary>
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (!props.busy) props.onShare(holder);
        }}
      >
        <p>
          No client of its own is needed then: this registration uses the client of another one at the same token
          endpoint, proves it and follows its rotations. The task is closed.
        </p>
        <Field label="Registration that holds the client">
          {(field) => (
            <select {...field} value={holder} onChange={(event) => setChosen(event.target.value)}>
              {holders.map((known) => (
                <option key={known} value={known}>
                  {known}
                </option>
              ))}
            </select>
          )}
        </Field>
        {props.refusal}
        <div className="buttons">
          <button type="submit" className="primary" disabled={props.busy}>
            Share its client
          </button>
        </div>
      </form>
    </details>
  );
}
