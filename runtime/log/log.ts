import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import type { LogLevel } from '../config/variables.ts';
import { errorFields } from './errorFields.ts';
import { allowedFields, type LogFields } from './fields.ts';

export type { LogFields } from './fields.ts';

/** Severity of one line. */
export type LineLevel = Exclude<LogLevel, 'silent'>;

/** Writes one line. `error` is reduced to class, code and own stack frames. */
export type WriteLine = (event: string, fields?: LogFields, error?: unknown) => void;

/**
 * Structured log of allow-listed fields. The event is a constant like `temporal.started`; a sentence would be a way for
 * text of others to get in and is logged as `invalid-event`.
 */
export interface Log {
  readonly level: LogLevel;
  readonly trace: WriteLine;
  readonly debug: WriteLine;
  readonly info: WriteLine;
  readonly warn: WriteLine;
  readonly error: WriteLine;
  readonly fatal: WriteLine;
  /** A log that adds these fields to every line. */
  child(fields: LogFields): Log;
}

const eventPattern = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;
const longestEvent = 80;

function wrap(logger: PinoLogger, level: LogLevel): Log {
  const at =
    (severity: LineLevel): WriteLine =>
    (event, fields, error) => {
      if (!logger.isLevelEnabled(severity)) return;
      const valid = event.length <= longestEvent && eventPattern.test(event);
      logger[severity]({
        event: valid ? event : 'invalid-event',
        ...allowedFields(fields),
        ...(error === undefined ? {} : errorFields(error)),
      });
    };
  return {
    level,
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: (fields) => wrap(logger.child(allowedFields(fields)), level),
  };
}

/**
 * @param destination where JSON lines go; standard error by default, as standard output is for people.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {},
  };
  return wrap(pino(options, destination ?? pino.destination({ dest: 2, sync: true })), level);
}
