import { type ReactNode, useRef, useState } from 'react';
import { Choice, Field } from '../../components/Form.tsx';
import { credentialBody, fieldsOf, type SuppliedCredential } from '../../model/forms.ts';

const methods = [
  ['', 'as the application prefers and the server allows'],
  ['client_secret_basic', 'secret in the Authorization header (client_secret_basic)'],
  ['client_secret_post', 'secret in the form (client_secret_post)'],
  ['private_key_jwt', 'signed assertion (private_key_jwt)'],
  ['none', 'not at all: a public client (none)'],
] as const;

const expiries = [
  ['on', 'On a day'],
  ['never', 'Never'],
  ['unknown', 'Nobody knows'],
] as const;

/**
 * Takes what a vendor portal or a health system gave. It goes into one request, straight into the secret store, and is
 * kept nowhere in the page: the fields are the browser's own, and are emptied once the request was taken.
 */
export function SupplyCredential(props: {
  busy: boolean;
  refusal: ReactNode;
  onSupply: (credential: SuppliedCredential) => Promise<boolean>;
}) {
  const form = useRef<HTMLFormElement>(null);
  const [expiry, setExpiry] = useState('');
  return (
    <details className="panel">
      <summary>Supply the credential that the health system gave you</summary>
      <form
        ref={form}
        className="fields"
        autoComplete="off"
        onSubmit={async (event) => {
          event.preventDefault();
          if (props.busy || form.current === null) return;
          if (!(await props.onSupply(credentialBody(fieldsOf(new FormData(form.current)))))) return;
          form.current?.reset();
          setExpiry('');
        }}
      >
        <Text name="clientId" label="Client id" required />
        <Text name="clientSecret" label="Client secret" type="password" help="Leave it empty where there is none." />
        <Choice
          name="expiry"
          question="When does the secret expire? Vendors seldom say it with the secret: look it up."
          options={expiries}
          value={expiry}
          onChange={setExpiry}
        />
        {expiry === 'on' && <Text name="expiresAt" label="Day on which it expires" type="date" required />}
        <Field label="How the client authenticates">
          {(field) => (
            <select {...field} name="tokenEndpointAuthMethod" defaultValue="">
              {methods.map(([method, text]) => (
                <option key={method} value={method}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
        <details>
          <summary>More, if you were told</summary>
          <div className="fields">
            <Text name="issuedAt" label="Day on which the secret was issued" type="date" help="Empty: now." />
            <Text name="clientExpiresAt" label="Day on which the client itself ends" type="date" />
            <Text
              name="registrationAccessToken"
              label="Registration access token"
              type="password"
              help="With its URI, Registrar can change and rotate the client by itself (RFC 7592)."
            />
            <Text name="registrationClientUri" label="Registration client URI" type="password" />
          </div>
        </details>
        {props.refusal}
        <div className="buttons">
          <button type="submit" className="primary" disabled={props.busy}>
            Store and prove
          </button>
        </div>
      </form>
    </details>
  );
}

function Text(props: {
  name: string;
  label: string;
  type?: 'text' | 'password' | 'date';
  required?: boolean;
  help?: string;
}) {
  const { name, type = 'text', required = false } = props;
  return (
    <Field label={props.label} {...(props.help === undefined ? {} : { help: props.help })}>
      {(field) => (
        <input {...field} name={name} type={type} required={required} autoComplete="off" spellCheck={false} />
      )}
    </Field>
  );
}
