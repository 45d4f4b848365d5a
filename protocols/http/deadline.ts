import { HttpGuardError } from './httpGuardError.ts';

export interface Deadline extends Disposable {
  /** Aborted with an HttpGuardError (`timeout` or `aborted`, `requestSent: false`) as reason. */
  readonly signal: AbortSignal;
}

/** One signal for the total time in milliseconds and the caller's own signal. */
export function createDeadline(milliseconds: number, caller: AbortSignal | null | undefined): Deadline {
  const controller = new AbortController();
  const late = (): void =>
    controller.abort(new HttpGuardError('timeout', `no complete answer within ${milliseconds} ms`));
  const stop = (): void => controller.abort(new HttpGuardError('aborted', 'the request was given up'));
  const timer = setTimeout(late, milliseconds);
  if (caller?.aborted === true) stop();
  else caller?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', stop);
    },
  };
}
