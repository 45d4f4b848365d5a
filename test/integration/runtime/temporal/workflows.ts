import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  type LocalActivityOptions,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

export interface TestActivities {
  echo(value: string): Promise<string>;
  echoLocally(value: string): Promise<string>;
  failWith(what: string): Promise<void>;
  failLocallyWith(what: string): Promise<void>;
  beat(): Promise<string>;
}

const once = { startToCloseTimeout: 10_000, retry: { maximumAttempts: 1 } } satisfies LocalActivityOptions;
const { echo, failWith } = proxyActivities<TestActivities>(once);
const { beat } = proxyActivities<TestActivities>({
  startToCloseTimeout: 10_000,
  heartbeatTimeout: 10_000,
  retry: { maximumAttempts: 2, initialInterval: 1 },
});
const { echoLocally, failLocallyWith } = proxyLocalActivities<TestActivities>(once);

export const add = defineUpdate<string, [string]>('add');
export const state = defineQuery<string[], [string]>('state');

/** Uses every way in which payloads travel: two runs of one workflow, ended by an update. */
export async function everyChannel(run: { number: number; secret: string; seen: string[] }): Promise<string[]> {
  const seen = [...run.seen];
  let done = false;
  setHandler(
    add,
    (value) => {
      seen.push(`update ${value}`);
      done = true;
      return `added ${value}`;
    },
    {
      validator: (value) => {
        if (value === 'refused') throw ApplicationFailure.nonRetryable(`no ${run.secret}`, 'OperationRefused');
      },
    },
  );
  setHandler(state, (prefix) => seen.map((each) => `${prefix} ${each}`));
  seen.push(await echo(run.secret), await echoLocally(run.secret), await beat());
  if (patched('a-change')) await sleep(1);
  if (run.number === 1) await continueAsNew<typeof everyChannel>({ number: 2, secret: run.secret, seen });
  await condition(() => done);
  return seen;
}

/** Answers what it saw of a failed activity, and fails itself when asked to. */
export async function failing(what: string, where: 'activity' | 'local' | 'rethrow' | 'workflow'): Promise<unknown> {
  if (where === 'workflow') throw ApplicationFailure.nonRetryable('of the workflow', 'Refused', { what });
  try {
    await (where === 'local' ? failLocallyWith(what) : failWith(what));
  } catch (error) {
    if (where === 'rethrow') throw error;
    // A local activity's failure comes without the wrapping that other activities' failures have.
    const cause = (error instanceof ActivityFailure ? error.cause : error) as ApplicationFailure;
    return {
      type: cause.type,
      message: cause.message,
      details: cause.details,
      nonRetryable: cause.nonRetryable,
      stack: cause.stack,
    };
  }
  return 'did not fail';
}
