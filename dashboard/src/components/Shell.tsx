import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiProblem, type TabSession } from '../http/client.ts';
import { followEvents, type LiveState } from '../http/live.ts';
import type { EventRecord } from '../http/shapes.ts';
import { listHashes } from '../model/route.ts';
import { type Session, SessionContext } from '../session.ts';
import { Live } from './Live.tsx';

const ended = 'Your session has ended. Sign in again to go on where you were.';

/** The frame of every signed-in page; owns the event stream and what is said to screen readers. */
export function Shell(props: {
  session: TabSession | null;
  onLeave: (notice: string | null) => void;
  onSignOut: () => void;
  children: ReactNode;
}) {
  const { session, onLeave, onSignOut } = props;
  const [liveState, setLiveState] = useState<LiveState>('connecting');
  const [announcement, setAnnouncement] = useState('');
  const listeners = useRef(new Set<(event: EventRecord | null) => void>());
  const leave = useRef(onLeave);
  useEffect(() => {
    leave.current = onLeave;
  });

  const refused = useCallback((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 401) leave.current(ended);
  }, []);
  const subscribe = useCallback((listener: (event: EventRecord | null) => void) => {
    listeners.current.add(listener);
    return () => listeners.current.delete(listener);
  }, []);

  useEffect(() => {
    const tell = (event: EventRecord | null) => {
      for (const listener of listeners.current) listener(event);
    };
    return followEvents({
      onState: setLiveState,
      onEvent: tell,
      onGap: () => tell(null),
      // The pages read again, and an ended session shows there.
      onRefused: () => tell(null),
    });
  }, []);

  const value = useMemo<Session>(
    () => ({
      role: session?.role ?? null,
      csrfToken: session?.csrfToken ?? null,
      liveState,
      subscribe,
      refused,
      announce: setAnnouncement,
    }),
    [session, liveState, subscribe, refused],
  );

  return (
    <SessionContext value={value}>
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <header className="bar">
        <a className="brand" href="#/">
          <img src="./favicon.svg" alt="" width="24" height="24" />
          Registrar
        </a>
        <nav aria-label="Lists">
          <a href={listHashes.tokens}>Initial access tokens</a>
          <a href={listHashes.servers}>Authorization servers</a>
        </nav>
        <Live state={liveState} />
        <span className="who">{session === null ? 'reading only' : session.role}</span>
        <button
          type="button"
          className="quiet"
          onClick={session === null ? () => onLeave('Sign in here to act in this tab.') : onSignOut}
        >
          {session === null ? 'Sign in' : 'Sign out'}
        </button>
      </header>
      {props.children}
      <p className="unseen" aria-live="polite" aria-atomic="true">
        {announcement}
      </p>
    </SessionContext>
  );
}
