import { honest } from '../../../support/peers/behaviour.ts';
import {
  approve,
  attends,
  becomesHonest,
  discover,
  giveToken,
  inPhase,
  isActive,
  remove,
  resume,
  supplyTaken,
  suspend,
  verify,
} from '../acts.ts';
import { ask, type Situation } from '../situation.ts';

const unregistered = { ...honest, registers: false };

/** Where a registration waits on its way to a client that works, rests with it, or is without it again. */
export const onTheWay: readonly Situation[] = [
  {
    name: 'away',
    behaviour: { ...honest, documents: { status: 503 } },
    begins: inPhase('discovering'),
    reached: inPhase('discovering'),
    lastSecond: discover,
    later: becomesHonest,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'approval',
    behaviour: honest,
    site: 'other',
    begins: inPhase('awaiting_approval'),
    reached: inPhase('awaiting_approval'),
    others: discover,
    later: approve,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'token',
    behaviour: { ...honest, wantsToken: true },
    registration: { environment: 'production' },
    begins: inPhase('awaiting_token'),
    reached: inPhase('awaiting_token'),
    others: discover,
    later: giveToken,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'by-hand',
    behaviour: unregistered,
    begins: inPhase('manual_required'),
    reached: inPhase('manual_required'),
    others: discover,
    later: supplyTaken,
    ends: isActive,
  },
  {
    name: 'submitted',
    behaviour: unregistered,
    begins: inPhase('manual_required'),
    bring: (subject, stage) => ask(subject, stage, 'task', { state: 'submitted', owner: 'Ada' }, { method: 'PATCH' }),
    reached: inPhase('submitted'),
    others: discover,
    later: supplyTaken,
    ends: isActive,
  },
  {
    name: 'disabled',
    behaviour: { ...honest, disabled: true },
    begins: attends('awaiting_enablement', 'ClientNotEnabled'),
    reached: attends('awaiting_enablement', 'ClientNotEnabled'),
    later: async ({ tenantId }, { peer }) => peer.enable(tenantId),
    ends: isActive,
  },
  {
    name: 'active',
    behaviour: honest,
    reached: isActive,
    // The second one waits for the first.
    async lastSecond(subject, stage) {
      await discover(subject, stage);
      await verify(subject, stage);
    },
  },
  {
    name: 'suspended',
    behaviour: honest,
    bring: suspend,
    reached: inPhase('suspended'),
    // Both are taken, and wait.
    lastSecond: discover,
    others: verify,
    waits: true,
    later: resume,
    ends: isActive,
  },
  {
    name: 'retiring',
    behaviour: { ...honest, remove: { status: 503, retryAfter: 86_400 } },
    site: 'apart',
    bring: remove,
    reached: inPhase('retiring'),
    goesOn: true,
  },
  { name: 'retired', behaviour: honest, bring: remove, reached: inPhase('retired') },
];
