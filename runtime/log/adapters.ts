import type { LogMetadata, LogLevel as SdkLevel } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import type { FastifyBaseLogger } from 'fastify';
import { allowedFields, type LogFields } from './fields.ts';
import type { LineLevel, Log } from './log.ts';

const sdkSeverity: Record<SdkLevel, LineLevel> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};
const sdkLevel: Record<Log['level'], SdkLevel> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'ERROR',
  silent: 'ERROR',
};

/**
 * An event name from a library's message: its first words, up to what libraries put after `:` or in quotes. Words with
 * digits or of unusual length are left out, as they could be anything.
 */
export function eventFromMessage(prefix: string, message: unknown): string {
  const head = typeof message === 'string' ? (/^[^:"'`{([\n]*/.exec(message)?.[0] ?? '') : '';
  const words = head.split(/\s+/).filter((word) => /^[A-Za-z]{1,20}[.,]?$/.test(word));
  const name = words.slice(0, 8).join('-').toLowerCase().replace(/[.,]/g, '').slice(0, 60).replace(/-$/, '');
  return name === '' ? prefix : `${prefix}.${name}`;
}

function errorOf(metadata: LogMetadata | undefined): unknown {
  const error: unknown = metadata?.['error'] ?? metadata?.['err'];
  return error instanceof Error ? error : undefined;
}

/** Logger for the Temporal SDK's `Runtime.install`. Its metadata are reduced to the allow-listed fields. */
export function temporalLogger(log: Log): DefaultLogger {
  return new DefaultLogger(sdkLevel[log.level], ({ level, message, meta }) => {
    const fields: LogFields = { ...allowedFields(meta), durationMilliseconds: meta?.['durationMs'] };
    log[sdkSeverity[level]](eventFromMessage('temporal', message), fields, errorOf(meta));
  });
}

const requestEvents = new Map<unknown, string>([
  ['incoming request', 'request.received'],
  ['request completed', 'request.completed'],
  ['request errored', 'request.failed'],
]);

interface RequestLike {
  readonly method?: unknown;
  readonly id?: unknown;
  readonly routeOptions?: { readonly url?: unknown };
}

/** The route's pattern instead of the URL: paths and queries are the caller's text. */
function requestFields(bindings: Record<string, unknown>): Record<string, unknown> {
  const request = bindings['req'] as RequestLike | undefined;
  const reply = bindings['res'] as { readonly statusCode?: unknown; readonly request?: RequestLike } | undefined;
  const asked = request ?? reply?.request;
  return allowedFields({
    method: asked?.method,
    route: asked?.routeOptions?.url,
    requestId: asked?.id ?? bindings['reqId'],
    status: reply?.statusCode,
    durationMilliseconds: bindings['responseTime'],
  });
}

function describe(
  first: unknown,
  message: unknown,
): { event: string; fields: Record<string, unknown>; error?: unknown } {
  const bindings = typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : {};
  const error: unknown = first instanceof Error ? first : bindings['err'];
  const text = typeof first === 'string' ? first : message;
  const fields = first instanceof Error ? {} : requestFields(bindings);
  // With an error the message is the error's own, which is not for the log.
  const event = requestEvents.get(text) ?? (error === undefined ? eventFromMessage('http', text) : 'request.failed');
  return { event, fields, ...(error === undefined ? {} : { error }) };
}

/** `loggerInstance` for Fastify: every line is reduced to method, route pattern, status, duration and request id. */
export function fastifyLogger(log: Log): FastifyBaseLogger {
  const at =
    (severity: LineLevel) =>
    (first: unknown, message?: unknown): void => {
      const { event, fields, error } = describe(first, message);
      log[severity](event, fields, error);
    };
  return {
    level: log.level,
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    silent: () => undefined,
    child: (bindings) => fastifyLogger(log.child(requestFields(bindings))),
  };
}
