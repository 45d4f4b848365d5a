import { InvalidArgumentError } from 'commander';

/** Milliseconds between two looks at what is waited for. */
export const pollInterval = 500;

/** Reads a number of seconds from 1 to 86400. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,5}$/.test(text) || seconds < 1 || seconds > 86_400)
    throw new InvalidArgumentError('It must be a number of seconds from 1 to 86400.');
  return seconds;
}
