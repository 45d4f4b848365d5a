import { type ReactNode, useId } from 'react';
import type { Availability } from '../model/actions.ts';

/** A label with its field and help below; `children` gets the ids that tie them together. */
export function Field(props: {
  label: string;
  help?: string;
  children: (field: { id: string; 'aria-describedby': string | undefined }) => ReactNode;
}) {
  const id = useId();
  const help = props.help === undefined ? undefined : `${id}-help`;
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children({ id, 'aria-describedby': help })}
      {help !== undefined && (
        <span id={help} className="help">
          {props.help}
        </span>
      )}
    </div>
  );
}

/** One of several answers to a question. */
export function Choice(props: {
  name: string;
  question: string;
  options: readonly (readonly [value: string, text: string])[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <fieldset>
      <legend>{props.question}</legend>
      {props.options.map(([value, text]) => (
        <label key={value} className="choice">
          <input
            type="radio"
            name={props.name}
            value={value}
            required
            checked={props.value === value}
            onChange={() => props.onChange(value)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

/** What is offered to whom may do it; to others, why not. Null: nothing is asked for here. */
export function Offered(props: { availability: Availability | null; what: string; children: ReactNode }) {
  const { availability } = props;
  if (availability === null) return null;
  if (availability.possible) return props.children;
  return (
    <p className="help">
      <b>{props.what}:</b> {availability.why}
    </p>
  );
}
