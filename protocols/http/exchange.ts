import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { CodingError, codingOf, undo } from './contentCoding.ts';
import { HttpGuardError, type HttpGuardErrorCode, toGuardError } from './httpGuardError.ts';
import { type HttpTimeouts, mostInterimAnswers } from './limits.ts';

export interface ExchangeRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** Bytes of the answer's body. */
  readonly maxBytes: number;
  readonly timeouts: Pick<HttpTimeouts, 'headers' | 'body'>;
  /** The request cannot be made again: what cannot be read of its answer is given as it came, up to `maxBytes`. */
  readonly keepWhatever?: boolean | undefined;
  /** Aborts with an HttpGuardError as reason. */
  readonly signal: AbortSignal;
  /** Called right before the first byte may leave. */
  readonly onSend?: (() => void) | undefined;
  /** Decides by the head of the answer that its body is not wanted. */
  readonly discardBody?: ((status: number, headers: Readonly<Record<string, string>>) => boolean) | undefined;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** With its content coding undone. */
  readonly body: Buffer;
  /** Bytes as they came, where nobody can read them; the body is empty then. */
  readonly raw?: Buffer;
  /** The answer ended before its end: its connection was lost, or its time was over. */
  readonly cutOff?: true;
}

/** One request and its answer on one connection. Rejects with HttpGuardError only. */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    const running = new Exchange(request, resolve, reject);
    dispatcher.dispatch(
      {
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: request.headers,
        body: request.body,
      },
      running,
    );
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #resolve: (answer: ExchangeAnswer) => void;
  readonly #reject: (error: HttpGuardError) => void;
  readonly #onAbort = (): void => this.#fail(this.#request.signal.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;
  #sent = false;
  #interim = 0;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    request: ExchangeRequest,
    resolve: (answer: ExchangeAnswer) => void,
    reject: (error: HttpGuardError) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    if (request.signal.aborted) this.#onAbort();
    else request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while waiting for a connection; or undici would send a second time, which only the caller may decide.
    if (this.#settled || this.#sent) {
      const error = this.#error('network', 'the connection was lost');
      controller.abort(error);
      this.#fail(error);
      return;
    }
    this.#sent = true;
    this.#request.onSend?.();
    this.#watch(this.#request.timeouts.headers, 'no answer in time');
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) {
      this.#interim += 1;
      if (this.#interim > mostInterimAnswers) this.#fail(this.#error('headers-too-large', 'too many interim answers'));
      return;
    }
    this.#status = status;
    this.#headers = plainHeaders(headers);
    if (this.#request.discardBody?.(status, this.#headers) === true) {
      this.#finish();
      this.#controller?.abort(this.#error('aborted', 'the body is not wanted'));
      return;
    }
    const refusal = this.#judgeHead();
    if (refusal !== null) {
      this.#fail(refusal);
      return;
    }
    this.#watch(this.#request.timeouts.body, 'the answer stopped in the middle');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#request.maxBytes) {
      if (this.#request.keepWhatever === true) {
        this.#finishCut(chunk);
        return;
      }
      this.#fail(this.#tooLarge());
      return;
    }
    this.#chunks.push(chunk);
    this.#timer?.refresh();
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: unknown): void {
    this.#fail(error);
  }

  #judgeHead(): HttpGuardError | null {
    if (this.#request.keepWhatever === true) return null;
    if (codingOf(this.#headers['content-encoding']) === 'unknown')
      return this.#error('encoding-refused', 'the answer is compressed in a way that cannot be undone');
    const transfer = this.#headers['transfer-encoding']?.trim().toLowerCase() ?? 'chunked';
    if (transfer !== 'chunked')
      return this.#error('encoding-refused', 'the answer has a transfer encoding not asked for');
    const length = Number(this.#headers['content-length'] ?? 0);
    return length > this.#request.maxBytes ? this.#tooLarge() : null;
  }

  #watch(milliseconds: number, message: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(this.#error('timeout', message)), milliseconds);
  }

  #finish(): void {
    if (!this.#settle()) return;
    const body = Buffer.concat(this.#chunks);
    const coding = codingOf(this.#headers['content-encoding']);
    if (coding === null || body.length === 0 || this.#request.discardBody?.(this.#status, this.#headers) === true) {
      this.#resolve({ status: this.#status, headers: this.#headers, body });
      return;
    }
    void this.#resolveUndone(coding, body);
  }

  async #resolveUndone(coding: string, raw: Buffer): Promise<void> {
    const { maxBytes, keepWhatever, url } = this.#request;
    try {
      if (coding === 'unknown') throw new CodingError(false);
      this.#resolve({ status: this.#status, headers: this.#headers, body: await undo(coding, raw, maxBytes) });
    } catch (error) {
      if (keepWhatever === true) {
        this.#resolve({ status: this.#status, headers: this.#headers, body: Buffer.alloc(0), raw });
        return;
      }
      const tooLarge = error instanceof CodingError && error.tooLarge;
      this.#reject(
        tooLarge
          ? this.#tooLarge()
          : toGuardError(this.#error('encoding-refused', 'the body cannot be undone'), url.origin, true),
      );
    }
  }

  /** Longer than anybody reads: what came up to the limit is kept. */
  #finishCut(last: Buffer): void {
    if (!this.#settle()) return;
    const raw = Buffer.concat([...this.#chunks, last]).subarray(0, this.#request.maxBytes);
    this.#controller?.abort(this.#error('aborted', 'the rest of the body is not wanted'));
    this.#resolve(this.#part(raw));
  }

  #part(raw: Buffer): ExchangeAnswer {
    const coded = codingOf(this.#headers['content-encoding']) !== null;
    return { status: this.#status, headers: this.#headers, body: coded ? Buffer.alloc(0) : raw, raw };
  }

  #fail(error: unknown): void {
    if (!this.#settle()) return;
    const failure = toGuardError(error, this.#request.url.origin, this.#sent);
    // Of an answer that began, what came is all that there will ever be; it may hold the only token.
    if (this.#request.keepWhatever === true && this.#status !== 0)
      this.#resolve({ ...this.#part(Buffer.concat(this.#chunks)), cutOff: true });
    else this.#reject(failure);
    this.#controller?.abort(failure);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    return true;
  }

  #tooLarge(): HttpGuardError {
    return this.#error('body-too-large', `the answer is larger than ${this.#request.maxBytes} bytes`);
  }

  #error(code: HttpGuardErrorCode, message: string): HttpGuardError {
    return new HttpGuardError(code, `${this.#request.url.origin}: ${message}`, this.#sent);
  }
}

/** Cookies are left out: Registrar keeps none. */
function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || name === 'set-cookie'
      ? []
      : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(pairs);
}
