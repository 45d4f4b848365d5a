import { readFileSync, statSync } from 'node:fs';
import type { ConfigProblem } from './error.ts';

/** What the process was started with, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a small text file; throws as `node:fs` does. */
export type ReadText = (path: string) => string;

const largestSecretFile = 64 * 1024;

/** The file's text; refuses what cannot be a secret because it is too large (64 KiB). */
export const readSecretFile: ReadText = (path) => {
  if (statSync(path).size > largestSecretFile) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
  return readFileSync(path, 'utf8');
};

/** Variables that tests hand to their own processes; a child may inherit them. */
const testPrefix = 'REGISTRAR_TEST_';

function nonEmpty(environment: Environment, variable: string): string | undefined {
  const value = environment[variable];
  return value === undefined || value === '' ? undefined : value;
}

function readFromFile(variable: string, path: string, read: ReadText): string | ConfigProblem {
  try {
    const text = read(path).replace(/\r?\n$/, '');
    if (text !== '') return text;
    return { variable: `${variable}_FILE`, reason: `the file ${path} is empty`, nextStep: 'Write the secret into it' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return {
      variable: `${variable}_FILE`,
      reason: `the file ${path} cannot be read (${code})`,
      nextStep: 'Check the path and that this user may read it',
    };
  }
}

function unknownVariable(variable: string, known: readonly string[]): ConfigProblem {
  const plain = variable.replace(/_FILE$/, '');
  const nextStep = known.includes(plain)
    ? `Set ${plain} itself; only secrets have the _FILE form`
    : `Known are ${known.filter((name) => name.startsWith('REGISTRAR_')).join(', ')}`;
  return { variable, reason: 'Registrar has no such variable', nextStep };
}

/**
 * The values of the known variables, secrets also from the file that `{variable}_FILE` names. An empty value counts as
 * absent, as Compose files produce them. Every unknown `REGISTRAR_*` is a problem.
 */
export function collectVariables(
  environment: Environment,
  known: readonly string[],
  secrets: readonly string[],
  read: ReadText = readSecretFile,
): { values: Map<string, string>; problems: ConfigProblem[] } {
  const values = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  const allowed = new Set([...known, ...secrets.map((variable) => `${variable}_FILE`)]);
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('REGISTRAR_') && !variable.startsWith(testPrefix) && !allowed.has(variable))
      problems.push(unknownVariable(variable, known));
  }
  for (const variable of known) {
    const value = nonEmpty(environment, variable);
    const path = secrets.includes(variable) ? nonEmpty(environment, `${variable}_FILE`) : undefined;
    if (value !== undefined && path !== undefined) {
      const reason = `both ${variable} and ${variable}_FILE are set`;
      problems.push({ variable, reason, nextStep: 'Keep one of the two' });
    } else if (value !== undefined) {
      values.set(variable, value);
    } else if (path !== undefined) {
      const text = readFromFile(variable, path, read);
      if (typeof text === 'string') values.set(variable, text);
      else problems.push(text);
    }
  }
  return { values, problems };
}
