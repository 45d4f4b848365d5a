import type { Passage, Point } from '../../support/kill/watch.ts';
import { startPostgresProxy } from '../../support/proxies/postgresProxy.ts';

/** A statement that writes down what becomes of a request, and on which side of its answer the line is cut. */
export interface LineCut {
  /** Verb, table and a hash of the text, as the proxy names it. */
  readonly statement: string;
  readonly point: Point;
}

/** One worker's line to the database, which can be cut while the worker lives on. */
export interface DatabaseLine {
  /** Of the database, by this line. */
  readonly url: string;
  /** Statements that write down what becomes of requests since this was called last, in order, each once. */
  takeSeen(): string[];
  /** The line is cut once this statement is there; `onCut` is told. */
  cutAt(cut: LineCut, onCut: () => void): void;
  /** No trap is set any more, and what is cut is joined again. */
  join(): void;
  close(): Promise<void>;
}

const commitAfter = 'commit after ';

export async function openDatabaseLine(target: string): Promise<DatabaseLine> {
  let isCut = false;
  let trap: { readonly cut: LineCut; readonly onCut: () => void } | null = null;
  let seen = new Set<string>();
  /** Names of statements that are about requests, so that their commits are too. */
  const about = new Set<string>();

  const { url, proxy } = await startPostgresProxy(target, {
    arrive(request, statement = '') {
      if (statement.includes('"intents"')) about.add(request);
      const isAbout = about.has(request) || about.has(request.replace(commitAfter, ''));
      // Sweeps look at requests too, at their own times; whoever makes one writes it down.
      if (isAbout && !isCut && !request.startsWith('select')) seen.add(request);
      return { subject: '', label: request };
    },
    async at({ label }, point): Promise<Passage> {
      if (trap !== null && trap.cut.statement === label && trap.cut.point === point) {
        isCut = true;
        trap.onCut();
        trap = null;
      }
      return isCut ? 'drop' : 'go-on';
    },
  });
  return {
    url,
    takeSeen() {
      const taken = [...seen];
      seen = new Set();
      return taken;
    },
    cutAt(cut, onCut) {
      trap = { cut, onCut };
    },
    join() {
      trap = null;
      isCut = false;
    },
    close: () => proxy.close(),
  };
}
