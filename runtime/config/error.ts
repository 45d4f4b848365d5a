/** One thing that is wrong with the configuration. Never holds a value of a secret variable. */
export interface ConfigProblem {
  readonly variable: string;
  readonly reason: string;
  readonly nextStep: string;
}

/** Everything that is wrong with the configuration, in one message made for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, reason, nextStep }) => `  ${variable}: ${reason}. ${nextStep}.`);
    super(['Registrar cannot start: the configuration is wrong.', ...lines].join('\n'));
    this.problems = problems;
  }
}

/** Thrown by the reader of one variable; becomes a {@link ConfigProblem}. */
export class VariableError extends Error {
  override readonly name = 'VariableError';
  readonly nextStep: string;

  constructor(reason: string, nextStep: string) {
    super(reason);
    this.nextStep = nextStep;
  }
}
