/** Shows what a long start is doing. */
export interface Progress {
  /** Begins a step; one at a time. */
  step(message: string): ProgressStep;
  /** A line of its own, between steps. */
  note(message: string): void;
}

export interface ProgressStep {
  /** Adds how far it is, such as "40 %". */
  update(detail: string): void;
  /** Ends the step with its result. */
  end(result: string): void;
}

/** The part of a terminal or pipe that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const clearLine = '\r\u001B[K';
const terminalMilliseconds = 1_000;
const plainMilliseconds = 15_000;

/**
 * On a terminal one line with the elapsed seconds that is rewritten each second; otherwise plain lines: the beginning,
 * the result, and every fifteen seconds that it still goes on.
 */
export function createProgress(stream: ProgressStream = process.stderr): Progress {
  return {
    note: (message) => void stream.write(`${message}\n`),
    step(message) {
      const terminal = stream.isTTY === true;
      const started = performance.now();
      let detail = '';
      let ended = false;
      const elapsed = () => `${Math.round((performance.now() - started) / 1000)} s`;
      const line = () => `${message}${detail === '' ? '' : `: ${detail}`} (${elapsed()})`;
      stream.write(terminal ? line() : `${message} ...\n`);
      const show = () => stream.write(terminal ? `${clearLine}${line()}` : `${line()} ...\n`);
      const timer = setInterval(show, terminal ? terminalMilliseconds : plainMilliseconds);
      timer.unref();
      return {
        update(text) {
          detail = text;
          if (terminal && !ended) show();
        },
        end(result) {
          if (ended) return;
          ended = true;
          clearInterval(timer);
          stream.write(`${terminal ? clearLine : ''}${message}: ${result} (${elapsed()})\n`);
        },
      };
    },
  };
}
