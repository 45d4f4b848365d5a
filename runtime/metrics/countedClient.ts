import { type GuardedClient, type GuardedRequest, HttpGuardError } from '../../protocols/http/client.ts';
import type { Metrics, PeerRequestOutcome, PeerRequestPurpose } from './metrics.ts';

type Count = Metrics['countPeerRequest'];

/** The guarded client, counting what each request to a health system was for and how it ended. */
export function countedClient(client: GuardedClient, count: Count): GuardedClient {
  return {
    ...client,
    async request(request) {
      return await counted(count, purposeOf(request), () => client.request(request));
    },
    fetchFor(options) {
      const guarded = client.fetchFor(options);
      // Libraries use it for the token endpoint only.
      return (input, init) => counted(count, 'token', () => guarded(input, init));
    },
  };
}

async function counted<Answer extends { readonly status: number }>(
  count: Count,
  purpose: PeerRequestPurpose,
  send: () => Promise<Answer>,
): Promise<Answer> {
  try {
    const answer = await send();
    count(purpose, outcomeOf(answer.status));
    return answer;
  } catch (error) {
    count(purpose, error instanceof HttpGuardError && !error.requestSent ? 'refused' : 'no_answer');
    throw error;
  }
}

function purposeOf(request: GuardedRequest): PeerRequestPurpose {
  if (request.method === 'POST') return 'registration';
  return request.credential === undefined ? 'discovery' : 'management';
}

function outcomeOf(status: number): PeerRequestOutcome {
  if (status >= 500) return 'server_error';
  if (status >= 400) return 'client_error';
  return status >= 300 ? 'redirect' : 'success';
}
