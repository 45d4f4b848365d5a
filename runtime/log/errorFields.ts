import { RegistrarFailure } from '../../domain/failure.ts';
import { EntityError } from '../../domain/operations/request.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import { SecretStoreError } from '../../domain/ports/secretStore.ts';

/** What a log line may tell about an error. */
export interface ErrorFields {
  readonly errorClass: string;
  readonly errorCode?: string;
  /** Only of our own error classes, whose messages are made to be shown. */
  readonly errorMessage?: string;
  /** Frames in this product's own files, `function (path:line:column)`. */
  readonly stack?: readonly string[];
}

const root = new URL('../../', import.meta.url);
const ownErrors = [RegistrarFailure, RecordsError, SecretStoreError, EntityError];
const word = /^[A-Za-z0-9_.$-]{1,60}$/;
const framePattern =
  /^\s+at (?:(?<name>[\w.$<>#[\] ]{1,80}) \()?(?<place>file:\/\/[^\s()]+|\/[^\s()]+):(?<line>\d+):(?<column>\d+)\)?$/;
const mostFrames = 8;

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && word.test(value) ? value : undefined;
}

function ownPath(place: string): string | null {
  const url = place.startsWith('file:') ? place : `file://${place}`;
  if (!url.startsWith(root.href)) return null;
  const path = url.slice(root.href.length).replace(/\?.*$/, '');
  return /^[\w./-]+$/.test(path) && !path.includes('node_modules/') ? path : null;
}

/** The message stands at the head of `stack` and may imitate frames: it is cut off before frames are read. */
function ownFrames(error: Error): string[] {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  const head = error.message === '' ? -1 : stack.indexOf(error.message);
  const trace = head < 0 ? stack : stack.slice(head + error.message.length);
  const frames: string[] = [];
  for (const line of trace.split('\n')) {
    const { name, place, line: row, column } = framePattern.exec(line)?.groups ?? {};
    const path = place === undefined ? null : ownPath(place);
    if (path !== null) frames.push(`${name ?? '<anonymous>'} (${path}:${row}:${column})`);
    if (frames.length === mostFrames) break;
  }
  return frames;
}

/**
 * Class, code and own stack frames of an error. Never the message, cause or properties of an error that is not ours:
 * libraries put requests and answers there.
 */
export function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { errorClass: typeof error };
  const code = wordOf((error as { code?: unknown }).code) ?? wordOf((error as { reason?: unknown }).reason);
  const own = ownErrors.some((kind) => error instanceof kind);
  const stack = ownFrames(error);
  return {
    errorClass: wordOf(error.constructor?.name) ?? 'Error',
    ...(code === undefined ? {} : { errorCode: code }),
    ...(own ? { errorMessage: error.message.slice(0, 300) } : {}),
    ...(stack.length === 0 ? {} : { stack }),
  };
}
