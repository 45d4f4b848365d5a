import { type ReactNode, useRef } from 'react';

/** Hands an initial access token over. It goes into one request and is kept nowhere in the page. */
export function SupplyToken(props: {
  busy: boolean;
  refusal: ReactNode;
  onSupply: (token: string) => Promise<boolean>;
}) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <form
      className="supply"
      onSubmit={async (event) => {
        event.preventDefault();
        const token = field.current?.value.trim() ?? '';
        if (token === '' || props.busy) return;
        if ((await props.onSupply(token)) && field.current !== null) field.current.value = '';
      }}
    >
      <label htmlFor="token">Initial access token from the health system</label>
      <div className="buttons">
        <input ref={field} id="token" type="password" required autoComplete="off" spellCheck={false} />
        <button type="submit" className="primary" disabled={props.busy}>
          Supply
        </button>
      </div>
      {props.refusal}
    </form>
  );
}
