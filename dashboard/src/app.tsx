import { useEffect, useRef, useState } from 'react';
import { Shell } from './components/Shell.tsx';
import { useRoute } from './hooks.ts';
import { ApiProblem, keepSession, request, restoreSession, type TabSession } from './http/client.ts';
import { AuthorizationServers } from './pages/AuthorizationServers.tsx';
import { InitialAccessTokens } from './pages/InitialAccessTokens.tsx';
import { Overview } from './pages/Overview.tsx';
import { Registration } from './pages/Registration.tsx';
import { SignIn } from './pages/SignIn.tsx';
import { Unknown } from './pages/Unknown.tsx';

type SignedIn =
  | { readonly kind: 'asking' }
  | { readonly kind: 'out'; readonly notice: string | null }
  /** The cookie of another tab serves for reading. */
  | { readonly kind: 'reading' }
  | { readonly kind: 'in'; readonly session: TabSession };

export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn>(() => {
    const session = restoreSession(Date.now());
    return session === null ? { kind: 'asking' } : { kind: 'in', session };
  });
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const place = route.page === 'registration' ? route.registrationId : route.page;

  useEffect(() => {
    if (signedIn.kind !== 'asking') return;
    const ending = new AbortController();
    request('/v1/summary', { signal: ending.signal }).then(
      () => setSignedIn({ kind: 'reading' }),
      () => {
        if (!ending.signal.aborted) setSignedIn({ kind: 'out', notice: null });
      },
    );
    return () => ending.abort();
  }, [signedIn.kind]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place is what moves the focus
  useEffect(() => {
    // A page that changes without a load would leave keyboard and screen reader at the link that is gone.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [place]);

  if (signedIn.kind === 'asking') return <p className="loading">Connecting…</p>;
  if (signedIn.kind === 'out') {
    return (
      <SignIn
        notice={signedIn.notice}
        onSession={(session) => {
          keepSession(session);
          setSignedIn({ kind: 'in', session });
        }}
      />
    );
  }

  const session = signedIn.kind === 'in' ? signedIn.session : null;
  function leave(notice: string | null): void {
    keepSession(null);
    setSignedIn({ kind: 'out', notice });
  }
  return (
    <Shell
      session={session}
      onLeave={leave}
      onSignOut={() => {
        const csrfToken = session?.csrfToken;
        if (csrfToken === undefined) return leave(null);
        request('/v1/session', { method: 'DELETE', csrfToken }).then(
          () => leave(null),
          (error: unknown) => {
            const reached = error instanceof ApiProblem && error.status !== 0;
            leave(reached ? null : 'Registrar did not answer: the session ends by itself after 30 idle minutes.');
          },
        );
      }}
    >
      <main ref={main} id="main" tabIndex={-1}>
        {route.page === 'overview' && <Overview query={route.query} />}
        {route.page === 'registration' && (
          <Registration key={route.registrationId} registrationId={route.registrationId} />
        )}
        {route.page === 'tokens' && <InitialAccessTokens />}
        {route.page === 'servers' && <AuthorizationServers />}
        {route.page === 'unknown' && <Unknown />}
      </main>
    </Shell>
  );
}
