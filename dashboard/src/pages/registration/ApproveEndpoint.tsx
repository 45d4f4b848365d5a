import type { ReactNode } from 'react';
import type { EndpointApproval } from '../../../../domain/registration/view.ts';
import type { Approval } from '../../model/actions.ts';

const titles: Readonly<Record<Approval['kind'], string>> = {
  first: 'A registration endpoint waits for approval',
  offer: 'A registration endpoint has appeared',
  change: 'The registration endpoint has changed',
  moved: 'The health system has moved',
};

const texts: Readonly<Record<Approval['kind'], string>> = {
  first: 'Nothing is sent to it before. Once it is approved, Registrar sends client metadata and tokens there.',
  offer:
    'Your task goes on as it is. Once the endpoint is approved, the task is closed and Registrar registers the client itself.',
  change: 'The client works on with the endpoint before it until an administrator approves the change.',
  moved: 'The client works on with the endpoints before the move; what was read last is shown among the endpoints.',
};

/** An administrator's yes to a registration endpoint: for this address in this document, and no other. */
export function ApproveEndpoint(props: {
  approval: Approval;
  busy: boolean;
  refusal: ReactNode;
  onApprove: (approval: EndpointApproval) => void;
}) {
  const { kind, registrationEndpoint, evidenceHash, availability } = props.approval;
  return (
    <section className="panel" aria-labelledby="approve-title">
      <h2 id="approve-title">{titles[kind]}</h2>
      <p>{texts[kind]}</p>
      {kind !== 'moved' && <Waiting registrationEndpoint={registrationEndpoint} evidenceHash={evidenceHash} />}
      {availability.possible ? (
        <form
          className="fields"
          onSubmit={(event) => {
            event.preventDefault();
            if (!props.busy) props.onApprove({ registrationEndpoint, evidenceHash });
          }}
        >
          <label className="choice">
            <input type="checkbox" required />I have compared this with what the health system says.
          </label>
          {props.refusal}
          <div className="buttons">
            <button type="submit" className="primary" disabled={props.busy}>
              {registrationEndpoint === null ? 'Approve that it is gone' : 'Approve this endpoint'}
            </button>
          </div>
        </form>
      ) : (
        <p className="help">{availability.why}</p>
      )}
    </section>
  );
}

function Waiting({ registrationEndpoint, evidenceHash }: EndpointApproval) {
  return (
    <>
      <p className="waiting-endpoint">
        {registrationEndpoint === null ? (
          'No document names a registration endpoint any more.'
        ) : (
          <code className="url">{registrationEndpoint}</code>
        )}
      </p>
      <p className="said">
        SHA-256 of the document: <code>{evidenceHash}</code>
      </p>
    </>
  );
}
