import type { ReactNode } from 'react';
import { Section } from '../../components/Facts.tsx';
import type { RevisionGap } from '../../model/revisions.ts';

/** What the client lacks of what is wanted, and how it gets it. */
export function Revisions(props: { gap: RevisionGap; busy: boolean; refusal: ReactNode; onApply: () => void }) {
  const { sentences, availability } = props.gap;
  return (
    <Section id="revisions" title="The client is behind">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p className="help">
        Applying it changes the client by a request where the server takes one (RFC 7592); elsewhere the answer says
        what a person has to change at the health system.
      </p>
      {props.refusal}
      {availability.possible ? (
        <div className="buttons">
          <button type="button" disabled={props.busy} onClick={props.onApply}>
            Apply to this client
          </button>
        </div>
      ) : (
        <p className="help">{availability.why}</p>
      )}
    </Section>
  );
}
