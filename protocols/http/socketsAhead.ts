import type { buildConnector } from 'undici';

type Connector = buildConnector.connector;
type Target = buildConnector.Options;
type Socket = NonNullable<Parameters<buildConnector.Callback>[1]>;

export interface SocketsAheadOptions {
  /** Milliseconds that a connection waits for its request. */
  readonly keepFor: number;
  /** Connections that wait. */
  readonly most: { readonly perOrigin: number; readonly all: number };
}

/** Connections that were opened before the request that needs one. */
export interface SocketsAhead {
  /** Hands out one that waits for this origin, or opens one. For requests that want a connection of their own. */
  readonly connect: Connector;
  /** Opens one that waits; no more than its limits allow. Never throws: a failure is told by {@link connect}. */
  open(url: URL): void;
  /** Closes what waits; later ones are not opened. May be called again. */
  close(): void;
}

/** A connection before its request. */
interface Waiting {
  /** Null while it is being made. */
  socket: Socket | null;
  /** Who waits for what becomes of it. */
  taker: buildConnector.Callback | null;
  /** Stops watching and leaves the list. */
  leave: () => void;
}

/**
 * The next request's handshake, made while something else is waited for. `dial` makes each connection, so that what is
 * opened ahead passes the same checks. Each serves one request: a fresh connection, only opened earlier.
 */
export function createSocketsAhead(dial: Connector, { keepFor, most }: SocketsAheadOptions): SocketsAhead {
  const origins = new Map<string, Set<Waiting>>();
  let closed = false;
  let count = 0;

  function add(origin: string): Waiting {
    const entry: Waiting = { socket: null, taker: null, leave };
    const waiting = origins.get(origin) ?? new Set();
    origins.set(origin, waiting.add(entry));
    count += 1;
    const timer = setTimeout(() => drop(entry), keepFor);
    timer.unref();
    function leave(): void {
      clearTimeout(timer);
      if (waiting.delete(entry)) count -= 1;
      if (waiting.size === 0 && origins.get(origin) === waiting) origins.delete(origin);
    }
    return entry;
  }

  function drop(entry: Waiting): void {
    entry.leave();
    entry.socket?.destroy();
    // One that is still being made is closed when it arrives.
    entry.taker ??= (_, socket) => socket?.destroy();
  }

  function arrive(entry: Waiting, error: Error | null, socket: Socket | null): void {
    if (entry.taker !== null) answer(entry.taker, error, socket);
    else if (socket === null) entry.leave();
    else watch(entry, socket);
  }

  /** A server that closes, or speaks first, gets no request on this connection. */
  function watch(entry: Waiting, socket: Socket): void {
    const over = (): void => drop(entry);
    const { leave } = entry;
    entry.socket = socket;
    entry.leave = () => {
      socket.off('end', over).off('close', over);
      leave();
    };
    socket.on('end', over).on('close', over);
  }

  /** Whether one that waits serves the request. */
  function take(origin: string, callback: buildConnector.Callback): boolean {
    for (const entry of [...(origins.get(origin) ?? [])]) {
      entry.leave();
      const { socket } = entry;
      if (socket === null) {
        entry.taker = callback;
        return true;
      }
      if (!socket.destroyed && socket.writable && socket.readableLength === 0) {
        // undici asks for a connection in the middle of a turn of its own, and would miss one that is there already.
        queueMicrotask(() => callback(null, socket));
        return true;
      }
      socket.destroy();
    }
    return false;
  }

  return {
    connect(target, callback) {
      if (!take(originOf(target), callback)) dial(target, callback);
    },
    open({ protocol, hostname, host, port }) {
      const target = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), host, port };
      const origin = originOf(target);
      if (closed || count >= most.all || (origins.get(origin)?.size ?? 0) >= most.perOrigin) return;
      const entry = add(origin);
      dial(target, (error, socket) => arrive(entry, error, socket));
    },
    close() {
      closed = true;
      for (const waiting of [...origins.values()]) for (const entry of [...waiting]) drop(entry);
    },
  };
}

function answer(callback: buildConnector.Callback, error: Error | null, socket: Socket | null): void {
  if (socket !== null) callback(null, socket);
  else callback(error ?? new Error('there is no connection'), null);
}

function originOf({ protocol, hostname, port }: Target): string {
  return `${protocol}//${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
