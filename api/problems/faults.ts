import { ProblemError, type ProblemItem, type ProblemName } from './problem.ts';

/** Something wrong with a body that its schema cannot say. */
export interface Fault {
  readonly name: ProblemName;
  readonly item: ProblemItem & { readonly pointer: string };
}

export function fault(name: ProblemName, pointer: string, message: string): Fault {
  return { name, item: { pointer, message } };
}

/** Throws a problem that lists every fault, of the kind of the first; does nothing without one. */
export function refuseFaults(faults: readonly Fault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const { pointer, message } = first.item;
  throw new ProblemError(first.name, `${pointer}: ${message}. Correct it and send the request again.`, {
    errors: faults.map(({ item }) => item),
  });
}
