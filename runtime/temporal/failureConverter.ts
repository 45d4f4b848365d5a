import {
  DefaultFailureConverter,
  type PayloadConverter,
  type ProtoFailure,
  type SerializationContext,
  TemporalFailure,
} from '@temporalio/common';
import { isRedacted, redacted } from './redacted.ts';

const longestMessage = 300;

/** Frames only: the head of a stack repeats the message, which may itself look like frames. */
function framesOf(stackTrace: string, message: string): string {
  const head = message === '' ? -1 : stackTrace.indexOf(message);
  const trace = head < 0 ? stackTrace : stackTrace.slice(head + message.length);
  return trace
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

/** Workflow code knows references only, so the message of its own mistake may be kept; nothing else of it is. */
function ofWorkflowCode(error: unknown): TemporalFailure {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'a value that is not an Error was thrown';
  const failure = new TemporalFailure(text.slice(0, longestMessage));
  failure.stack = '';
  return failure;
}

/**
 * The last thing between an error and the history (DESIGN section 5). Causes that are not failures of Temporal are
 * dropped, for libraries keep whole answers there. What an activity threw passes only when the interceptor redacted it.
 * Messages and stack traces are encrypted as payloads.
 */
class RedactingFailureConverter extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  override errorToFailureInner(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure {
    if (error instanceof TemporalFailure && error.failure !== undefined)
      return super.errorToFailureInner(error, payloadConverter, context);
    const safe = context?.type === 'activity' ? redactedOfActivity(error) : ofWorkflow(error);
    const failure = super.errorToFailureInner(safe, payloadConverter, context);
    return { ...failure, stackTrace: framesOf(failure.stackTrace ?? '', safe.message) };
  }

  override optionalErrorToOptionalFailure(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure | undefined {
    if (!(error instanceof TemporalFailure)) return undefined;
    return super.optionalErrorToOptionalFailure(error, payloadConverter, context);
  }
}

function redactedOfActivity(error: unknown): TemporalFailure {
  return isRedacted(error) ? error : redacted(error);
}

function ofWorkflow(error: unknown): TemporalFailure {
  return error instanceof TemporalFailure ? error : ofWorkflowCode(error);
}

/** Found by this name by the SDK (`failureConverterPath`), in workflows too: it must not import `node:` modules. */
export const failureConverter = new RedactingFailureConverter();
