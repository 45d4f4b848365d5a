import type { LiveState } from '../http/live.ts';

const texts: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
};

/** Whether what the page shows follows the events at this moment. */
export function Live({ state }: { state: LiveState }) {
  return (
    <span className={`live live-${state}`} role="status" aria-label="Connection">
      {texts[state]}
    </span>
  );
}
