import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ApiProblem, request } from './http/client.ts';
import { parseRoute, type Route } from './model/route.ts';
import { useSession } from './session.ts';

function onHashChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The page that the address names. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

const ticks = new Set<() => void>();
let ticking: number | undefined;

/** Calls back every second while anybody listens: one timer for all the times on the page. */
export function onTick(listener: () => void): () => void {
  ticks.add(listener);
  ticking ??= window.setInterval(() => {
    for (const tick of ticks) tick();
  }, 1000);
  return () => {
    ticks.delete(listener);
    if (ticks.size > 0) return;
    window.clearInterval(ticking);
    ticking = undefined;
  };
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Registrar`;
  }, [title]);
}

/** Milliseconds that events are gathered before the page reads its state again, and the longest that they wait. */
const gatherFor = 250;
const gatherAtMost = 1_000;

/**
 * Gathers calls: runs `action` once they pause, and at least once a second while they keep coming, never twice at
 * the same time.
 */
export function useGathered(action: () => Promise<void>): () => void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  const state = useRef({ timer: 0, since: 0, running: false, again: false, ended: false });
  const call = useCallback(() => {
    const now = Date.now();
    const gathered = state.current;
    if (gathered.running) {
      gathered.again = true;
      return;
    }
    if (gathered.since === 0) gathered.since = now;
    window.clearTimeout(gathered.timer);
    gathered.timer = window.setTimeout(
      async () => {
        gathered.since = 0;
        gathered.running = true;
        await latest.current();
        gathered.running = false;
        if (gathered.again && !gathered.ended) {
          gathered.again = false;
          call();
        }
      },
      Math.max(0, Math.min(gatherFor, gathered.since + gatherAtMost - now)),
    );
  }, []);
  useEffect(() => {
    const gathered = state.current;
    gathered.ended = false;
    return () => {
      gathered.ended = true;
      window.clearTimeout(gathered.timer);
    };
  }, []);
  return call;
}

export interface Loaded<Answer> {
  /** Null until the first answer. The last good answer stays while a newer one is read. */
  readonly data: Answer | null;
  readonly problem: ApiProblem | null;
  reload(): Promise<void>;
}

/** Reads a path of the API, again whenever it changes, and on `reload`. An answer that was overtaken is dropped. */
export function useLoaded<Answer>(path: string): Loaded<Answer> {
  const session = useSession();
  const [state, setState] = useState<{ path: string; data: Answer | null; problem: ApiProblem | null }>({
    path,
    data: null,
    problem: null,
  });
  const current = useRef<AbortController | null>(null);
  const { refused } = session;
  const reload = useCallback(async () => {
    current.current?.abort();
    const ending = new AbortController();
    current.current = ending;
    try {
      const data = await request<Answer>(path, { signal: ending.signal });
      if (!ending.signal.aborted) setState({ path, data, problem: null });
    } catch (error) {
      if (ending.signal.aborted) return;
      refused(error);
      const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'The answer could not be read', '');
      setState((before) => ({ path, data: before.path === path ? before.data : null, problem }));
    }
  }, [path, refused]);
  useEffect(() => {
    void reload();
    return () => current.current?.abort();
  }, [reload]);
  return { data: state.data, problem: state.problem, reload };
}
