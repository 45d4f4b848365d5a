import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem, request } from '../../http/client.ts';
import type { EventRecord, Page } from '../../http/shapes.ts';
import { mergeEvents } from '../../model/timeline.ts';
import { useSession } from '../../session.ts';

const pageSize = 25;

export interface TimelineState {
  /** Newest first. */
  readonly events: readonly EventRecord[];
  readonly loading: boolean;
  readonly problem: ApiProblem | null;
  readonly hasOlder: boolean;
  loadOlder(): void;
  /** An event that arrived by the stream. */
  add(event: EventRecord): void;
  /** Starts again with the newest page: events may have been missed. */
  reload(): void;
}

/** The audit timeline of a registration, read page by page and kept current. */
export function useTimeline(registrationId: string): TimelineState {
  const { refused } = useSession();
  const [events, setEvents] = useState<readonly EventRecord[]>([]);
  const [cursor, setCursor] = useState<string | undefined>(undefined);
  const [loading, setLoading] = useState(true);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const ending = useRef<AbortController | null>(null);

  const read = useCallback(
    async (from: string | undefined) => {
      ending.current?.abort();
      const controller = new AbortController();
      ending.current = controller;
      const { signal } = controller;
      setLoading(true);
      setProblem(null);
      const parameters = new URLSearchParams({ limit: String(pageSize) });
      if (from !== undefined) parameters.set('cursor', from);
      try {
        const page = await request<Page<EventRecord>>(`/v1/registrations/${registrationId}/events?${parameters}`, {
          signal,
        });
        if (signal.aborted) return;
        const newest = page.items[0]?.position ?? 0;
        // A first page replaces what is known but for events that arrived while it was read.
        setEvents((known) =>
          mergeEvents(from === undefined ? known.filter((event) => event.position > newest) : known, page.items),
        );
        setCursor(page.nextCursor);
        setLoading(false);
      } catch (error) {
        if (signal.aborted) return;
        refused(error);
        setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, 'The timeline could not be read', ''));
        setLoading(false);
      }
    },
    [registrationId, refused],
  );

  useEffect(() => {
    void read(undefined);
    return () => ending.current?.abort();
  }, [read]);

  return {
    events,
    loading,
    problem,
    hasOlder: cursor !== undefined,
    loadOlder: () => read(cursor),
    add: useCallback((event: EventRecord) => setEvents((known) => mergeEvents(known, [event])), []),
    reload: useCallback(() => read(undefined), [read]),
  };
}
