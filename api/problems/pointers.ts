import type { z } from 'zod';
import { plainWords, type SchemaIssue } from '../../domain/text/plainWords.ts';
import { ProblemError, type ProblemItem, type ProblemName } from './problem.ts';

/** Most errors that one answer lists. */
const mostErrors = 50;
/** Longest name of a member that a pointer repeats; the caller chose it. */
const longestName = 100;

/** RFC 6901 pointer of a path; the whole document is the empty text. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${nameOf(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function nameOf(part: PropertyKey): string {
  const name = String(part);
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}

/** Where a part of the request came from. */
export type RequestPart = 'body' | 'querystring' | 'params' | 'headers';

/** With where it is. */
interface Issue extends SchemaIssue {
  readonly keys?: readonly string[] | undefined;
  readonly path: readonly PropertyKey[];
}

/** The problem of a part of a request that does not satisfy its schema. No value of the request is repeated. */
export function problemOfIssues(issues: readonly z.core.$ZodIssue[], part: RequestPart): ProblemError {
  const all = issues as readonly Issue[];
  const errors = all.flatMap((issue) => itemsOf(issue, part)).slice(0, mostErrors);
  const name = nameOfProblem(all, part);
  const where = errors[0];
  const place = where?.parameter ?? (where?.pointer === '' ? 'the body' : where?.pointer);
  return new ProblemError(name, `${place}: ${where?.message}. Correct it and send the request again.`, { errors });
}

function nameOfProblem(issues: readonly Issue[], part: RequestPart): ProblemName {
  if (part === 'headers') return 'malformed-header';
  return issues.every((issue) => issue.expected === 'never') ? 'not-available' : 'validation-failed';
}

function itemsOf(issue: Issue, part: RequestPart): ProblemItem[] {
  if (issue.code === 'unrecognized_keys') {
    const message = part === 'body' ? 'there is no such member' : 'there is no such parameter';
    return (issue.keys ?? []).map((key) => itemAt([...issue.path, key], message, part));
  }
  return [itemAt(issue.path, plainWords(issue), part)];
}

function itemAt(path: readonly PropertyKey[], message: string, part: RequestPart): ProblemItem {
  if (part === 'body') return { pointer: pointerOf(path), message };
  return { parameter: nameOf(path[0] ?? part), message };
}
