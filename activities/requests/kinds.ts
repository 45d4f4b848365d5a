import { RegistrarFailure } from '../../domain/failure.ts';
import type { Intent, StoredAnswer } from '../../domain/operations/intent.ts';
import type { CredentialState, Failure, RequestArguments, RequestOutcome } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { Dependencies } from '../dependencies.ts';
import { presentedAfterwards } from '../servers/presentedToken.ts';
import { climb } from './ladder.ts';
import { changeOf } from './metadataChange.ts';
import { absorbRead } from './read.ts';
import { absorbRegistration, listUnknownClient } from './register.ts';
import type { UpdateArguments } from './storeUpdated.ts';
import { absorbUpdate, wasApplied } from './update.ts';

export type SettlingArguments = RequestArguments & { readonly current: CredentialState | null };

/** How a request is settled; each settles its intent. All are repeatable. `traitsOf` says the rest of a kind. */
export interface RequestKind {
  /** Judges the answer that is stored, and puts away what it holds. */
  absorb(
    deps: Dependencies,
    config: RegistrationConfig,
    argument: SettlingArguments,
    intent: Intent,
    answer: StoredAnswer,
  ): Promise<RequestOutcome>;
  /** Ends a request that was sent and whose answer will not come. */
  settleUnanswered(
    deps: Dependencies,
    config: RegistrationConfig,
    argument: SettlingArguments,
    intent: Intent,
    failure: Failure,
  ): Promise<RequestOutcome>;
}

/** RFC 7591 section 3.1: what was sent is listed, as a client may exist. */
const register: RequestKind = {
  async absorb(deps, config, argument, intent, answer) {
    const presented = await presentedAfterwards(deps, config, argument);
    return await absorbRegistration(deps, config, argument, presented, intent, answer);
  },
  async settleUnanswered(deps, _config, argument, intent, failure) {
    await listUnknownClient(deps, argument, intent, failure, null);
    return await unanswered(deps, intent, failure);
  },
};

/** RFC 7592 section 2.2: the client is read, with whatever token is taken. */
const update: RequestKind = {
  async absorb(deps, config, argument, intent, answer) {
    const known = ofClient(argument);
    return await absorbUpdate(deps, config, known, intent, answer);
  },
  async settleUnanswered(deps, config, argument, intent, failure) {
    const change = await changeOf(deps, config, intent.metadata);
    const outcome = await climb(deps, config, ofClient(argument), failure, change);
    await deps.records.settleIntent(intent.intentId, wasApplied(outcome) ? 'applied' : 'unanswered', outcome);
    return outcome;
  },
};

/** RFC 7592 section 2.1: only a token can be lost with it, which the ladder of the next request finds out. */
const read: RequestKind = {
  absorb: (deps, config, argument, intent, answer) => absorbRead(deps, config, ofClient(argument), intent, answer),
  settleUnanswered: (deps, _config, _argument, intent, failure) => unanswered(deps, intent, failure),
};

/** RFC 7592 section 2.3: it is simply made again. */
const deletion: Pick<RequestKind, 'settleUnanswered'> = {
  settleUnanswered: (deps, _config, _argument, intent, failure) => unanswered(deps, intent, failure),
};

/** Settling dispatches on it; a strategy with a request of its own adds a row. */
const requestKinds: Readonly<Record<string, Partial<RequestKind>>> = { register, update, read, delete: deletion };

/** @throws RegistrarFailure for what this release does not know: nothing is concluded from it. */
export function handlersOf<Name extends keyof RequestKind>(kind: string, name: Name): RequestKind[Name] {
  const handler = Object.hasOwn(requestKinds, kind) ? requestKinds[kind]?.[name] : undefined;
  if (handler !== undefined) return handler as RequestKind[Name];
  const message = `This release cannot settle a request of kind ${kind.slice(0, 40)}.`;
  throw new RegistrarFailure({ reason: 'OperationFailed', retryClass: 'bug', message });
}

async function unanswered(deps: Dependencies, intent: Intent, failure: Failure): Promise<RequestOutcome> {
  const outcome: RequestOutcome = { kind: 'unanswered', failure };
  await deps.records.settleIntent(intent.intentId, 'unanswered', outcome);
  return outcome;
}

function ofClient(argument: SettlingArguments): UpdateArguments {
  if (argument.current !== null) return { ...argument, current: argument.current };
  const message = 'The request is about a client that the registration does not have.';
  throw new RegistrarFailure({ reason: 'OperationFailed', retryClass: 'bug', message });
}
