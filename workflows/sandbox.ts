/**
 * Evaluated once in each sandbox, before any workflow: the SDK's promise hook builds a stack for every promise, some 690
 * a run, which costs more than the run's own work. What a workflow throws of its own is written without frames anyway
 * (`runtime/temporal/failureConverter.ts`).
 */
Error.stackTraceLimit = 0;
