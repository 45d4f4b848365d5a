import { createContext, useContext } from 'react';
import type { LiveState } from './http/live.ts';
import type { EventRecord, Role } from './http/shapes.ts';

/** What every page needs of the signed-in state. */
export interface Session {
  /** Null where this tab only reads: the cookie is there, the anti-forgery token lives in another tab. */
  readonly role: Role | null;
  readonly csrfToken: string | null;
  readonly liveState: LiveState;
  /** Calls back with every event, and with null when events may have been missed. Returns the function that ends it. */
  subscribe(listener: (event: EventRecord | null) => void): () => void;
  /** Called with any error of a request: a refused session leads back to the sign-in page. */
  refused(error: unknown): void;
  /** Says something to screen readers, politely. */
  announce(message: string): void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession outside of a session');
  return session;
}
