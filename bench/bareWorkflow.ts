import { proxyActivities } from '@temporalio/workflow';
import type * as requests from './requests.ts';

export interface BareOnboarding {
  readonly fhirBase: string;
  readonly initialAccessToken: string;
}

const { discover, register, requestToken } = proxyActivities<typeof requests>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 1 },
});

/** An onboarding as an engine alone does it: three activities, and what they answer in the history as it is. */
export async function bareOnboarding({ fhirBase, initialAccessToken }: BareOnboarding): Promise<void> {
  const { registration, token } = await discover(fhirBase);
  await requestToken(token, await register(registration, initialAccessToken));
}
