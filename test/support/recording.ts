import type {
  CredentialState,
  OwnActivities,
  PeerSteps,
  RegistrationActivities,
  ShownClient,
} from '../../domain/ports/activities.ts';
import type { Decisions, EntityClaims } from '../../domain/ports/entityState.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import type { Transition } from '../../domain/registration/view.ts';

/** Chain of runs that tests write as. */
export const testChain = 'test';

/** Records with transitions written one at a time, as an entity writes its decisions. */
export type WithTransitions<Records> = Records & {
  /** Again it changes nothing; a gap or an unknown registration is refused. */
  recordTransition(transition: Transition): Promise<void>;
};

/** Lets tests move registrations without an entity. */
export function withTransitions<Records extends Decisions & EntityClaims>(records: Records): WithTransitions<Records> {
  return {
    ...records,
    async recordTransition(transition) {
      const { registrationId, sequence } = transition;
      const claimed = await records.claim({ registrationId, incarnation: null, chain: testChain });
      if (claimed === null) throw new RecordsError('not-found', `There is no registration ${registrationId}.`);
      const answer = await records.recordDecision({
        registrationId,
        incarnation: claimed.incarnation,
        chain: testChain,
        afterSequence: sequence - 1,
        transitions: [transition],
        state: { schemaVersion: 0 },
        rules: 0,
        wakeAt: null,
        endedOperations: [],
      });
      if (answer.kind === 'conflict')
        throw new RecordsError('sequence-conflict', `Event ${sequence} of ${registrationId} is refused.`);
    },
  };
}

type Names = keyof PeerSteps;

/** What answers showed of clients, by the records that the activities work on: as an entity keeps it. */
const shownClients = new WeakMap<object, Map<string, ShownClient>>();

type Answered = { readonly outcome?: { readonly client?: ShownClient } } | undefined;

/**
 * Activities that are asked as an entity would that has recorded all, and knows what was shown of each client, unless the
 * argument names another decision.
 */
export function decidedNow(
  activities: RegistrationActivities,
  records: Pick<EntityClaims, 'standing'>,
): PeerSteps & OwnActivities {
  const asked = <Name extends Names>(name: Name): PeerSteps[Name] =>
    (async (argument: Parameters<PeerSteps[Name]>[0]) => {
      const standing = await records.standing(argument.registrationId);
      const { decidedAt, incarnation } = standing ?? { decidedAt: 0, incarnation: 1 };
      const activity = activities[name] as (all: object) => unknown;
      const shown = shownClients.get(records) ?? new Map<string, ShownClient>();
      shownClients.set(records, shown);
      const clientId = (argument as { readonly current?: CredentialState | null }).current?.clientId ?? '';
      const known = { metadata: shown.get(clientId)?.metadata ?? null, wholeIn: null };
      const answered = await activity({ decidedAt, incarnation, rules: 1, known, ...argument });
      const client = (answered as Answered)?.outcome?.client;
      if (client !== undefined) shown.set(client.clientId, client);
      return answered;
    }) as PeerSteps[Name];
  return {
    discover: asked('discover'),
    register: asked('register'),
    update: asked('update'),
    read: asked('read'),
    settle: asked('settle'),
    prove: asked('prove'),
    probeSetAside: asked('probeSetAside'),
    settleConflict: asked('settleConflict'),
    storeSupplied: asked('storeSupplied'),
    showEndpoints: asked('showEndpoints'),
    retire: asked('retire'),
    planMetadata: activities.planMetadata,
    wake: activities.wake,
    record: activities.record,
  };
}
