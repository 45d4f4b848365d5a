/** Exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, badInput: 2 } as const;

/** Ends the command with one line on standard error. Everything in it is shown. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;
  /** Problem details of the API (RFC 9457), for `--json`. */
  readonly problem: unknown;
  constructor(exitCode: number, message: string, problem?: unknown) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

/** What the user gave cannot be used: which field, why, and what to do next. */
export function badInput(field: string, reason: string, nextStep: string): CommandError {
  return new CommandError(exitCodes.badInput, `${field}: ${reason}. ${nextStep}.`);
}

/** The command could not be carried out. */
export function failed(message: string): CommandError {
  return new CommandError(exitCodes.failed, message);
}
