import { type ReactNode, useRef, useState } from 'react';
import { Choice, Field } from '../../components/Form.tsx';
import { type Fields, fieldsOf, launchBody } from '../../model/forms.ts';

const outcomes = [
  ['success', 'It worked'],
  ['failure', 'It failed'],
] as const;

/** Tells how a launch ended; nothing that Registrar does itself shows that one works. */
export function ReportLaunch(props: {
  busy: boolean;
  refusal: ReactNode;
  onReport: (launch: Fields) => Promise<boolean>;
}) {
  const form = useRef<HTMLFormElement>(null);
  const [outcome, setOutcome] = useState('');
  return (
    <details className="panel">
      <summary>Report a launch of the application</summary>
      <form
        ref={form}
        className="fields"
        autoComplete="off"
        onSubmit={async (event) => {
          event.preventDefault();
          if (props.busy || form.current === null) return;
          if (!(await props.onReport(launchBody(fieldsOf(new FormData(form.current)))))) return;
          form.current?.reset();
          setOutcome('');
        }}
      >
        <Choice name="outcome" question="How did it end?" options={outcomes} value={outcome} onChange={setOutcome} />
        <Field label="How it was launched">
          {(field) => (
            <select {...field} name="mode" defaultValue="ehr">
              <option value="ehr">from within the EHR</option>
              <option value="standalone">by the application itself (standalone)</option>
            </select>
          )}
        </Field>
        {outcome === 'failure' && (
          <Field label="What went wrong" help="OAuth error and description, or what the screen said. No secrets.">
            {(field) => <input {...field} name="error" maxLength={2000} autoComplete="off" />}
          </Field>
        )}
        {outcome === 'success' && (
          <Field label="Granted scopes" help="scope of the token answer, if you have it.">
            {(field) => (
              <input {...field} name="grantedScope" maxLength={20_000} autoComplete="off" spellCheck={false} />
            )}
          </Field>
        )}
        {props.refusal}
        <div className="buttons">
          <button type="submit" className="primary" disabled={props.busy}>
            Report
          </button>
        </div>
      </form>
    </details>
  );
}
