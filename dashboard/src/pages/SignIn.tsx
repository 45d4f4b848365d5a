import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Problem } from '../components/Problem.tsx';
import { useTitle } from '../hooks.ts';
import { ApiProblem, request, type TabSession } from '../http/client.ts';

/** Exchanges an API key for a session. The key goes into one request and is kept nowhere. */
export function SignIn({ notice, onSession }: { notice: string | null; onSession: (session: TabSession) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);
  useTitle('Sign in');
  useEffect(() => field.current?.focus(), []);

  async function signIn(event: FormEvent): Promise<void> {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    setBusy(true);
    setProblem(null);
    try {
      onSession(await request<TabSession>('/v1/session', { method: 'POST', body: { key } }));
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, 'Signing in failed', ''));
      setBusy(false);
      field.current?.select();
      field.current?.focus();
    }
  }

  return (
    <main className="sign-in">
      <h1>
        <img src="./favicon.svg" alt="" width="32" height="32" />
        Registrar
      </h1>
      <p className="lead">Every SMART on FHIR registration, and what keeps it alive.</p>
      {notice !== null && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <form onSubmit={signIn}>
        <label htmlFor="key">API key</label>
        <input
          ref={field}
          id="key"
          type="password"
          required
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          aria-describedby="key-help"
          aria-invalid={problem !== null}
        />
        <p id="key-help" className="help">
          The administrator key is in the file that Registrar names when it starts: <code>admin-key</code> in its data
          directory (<code>.registrar</code> unless it was given another). An administrator makes further ones by{' '}
          <code>registrar key create</code>. It is exchanged for a session of 8 hours and not stored in this browser.
        </p>
        {problem !== null && <Problem problem={problem} />}
        <button type="submit" className="primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
