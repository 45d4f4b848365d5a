import type { SuppliedCredential } from '../../../domain/credential/supplied.ts';
import type { DetailsOf, OperationKind } from '../../../domain/operations/details.ts';
import type { EventType } from '../../../domain/registration/view.ts';
import { defaultTimePolicy, type TimePolicy } from '../../../domain/time/policy.ts';
import { discoveryOf } from '../../support/entity.ts';
import {
  approvalOf,
  candidateOf,
  changed,
  lostAnswer,
  notInTime,
  notYet,
  proved,
  provedHeld,
  recordedTwice,
  recordsAway,
  refused,
  rejected,
  type Script,
  stored,
  storedOnly,
  storedRefused,
  storedWithKey,
  tooEarly,
  unanswered,
  unprovable,
} from './scripted.ts';

/** The world, what people ask for, and how far it goes: the entity is idle after as many events of a type. */
export interface Path {
  readonly script?: Omit<Script, 'policy'>;
  readonly policy?: Partial<TimePolicy>;
  /** It goes as far as the park that follows. */
  readonly parks?: true;
  readonly story: readonly Chapter[];
}
type Chapter =
  | { [Kind in OperationKind]: { readonly ask: Kind; readonly details?: DetailsOf<Kind> } }[OperationKind]
  | { readonly until: EventType; readonly times?: number };

/** Steps time out late, as the machine that records may be busy; back-off is short. */
export const recordingPolicy: TimePolicy = {
  ...defaultTimePolicy,
  retryInitial: 200,
  retryMaximum: 1000,
  restFor: 10 * 60_000,
  replicationLag: 500,
  usableExpiry: 2000,
};

const supplied: SuppliedCredential = {
  clientId: 'client-1',
  authMethod: null,
  issuedAt: null,
  expiresAt: null,
  expiryKnown: false,
  clientExpiresAt: null,
};

const active = { until: 'registration.activated' } as const;

/**
 * Secrets that are rotated while it is recorded live 20 seconds, so that due (after 12 to 13), overdue (after some 16)
 * and expiry are seconds apart.
 */
const shortLived = { register: [() => stored(20)] };

/** Every path of the entity that a release must be able to go on with; the key is the name of its golden history. */
export const paths: Readonly<Record<string, Path>> = {
  onboarding: { story: [active] },
  'rotation-by-schedule': { script: shortLived, story: [active, { until: 'credential.rotated' }] },
  'rotation-asked-for': { story: [active, { ask: 'rotate' }, { until: 'credential.rotated' }] },
  'too-early': {
    script: { ...shortLived, update: [() => tooEarly(20), () => stored()] },
    story: [active, { until: 'credential.rotation-deferred' }, { until: 'credential.rotated' }],
  },
  'secret-set-aside': {
    script: { update: [storedOnly, () => stored()], prove: [rejected] },
    policy: { setAsideLeast: 500, setAsideMost: 500 },
    story: [
      active,
      { ask: 'rotate' },
      { until: 'credential.rotation-failed' },
      { ask: 'rotate' },
      { until: 'credential.rotated' },
    ],
  },
  'ladder-of-a-registration': {
    script: { register: [lostAnswer, () => stored()], settle: [lostAnswer, () => unanswered] },
    story: [active],
  },
  'ladder-of-an-update': {
    script: { update: [notInTime], settle: [() => stored()] },
    policy: { requestStep: 2000 },
    story: [active, { ask: 'rotate' }, { until: 'credential.rotated' }],
  },
  'proof-of-its-own': {
    script: { register: [storedOnly], update: [storedOnly] },
    story: [active, { ask: 'rotate' }, { until: 'credential.rotated' }],
  },
  'enabled-later': {
    script: { register: [storedRefused], prove: [rejected, proved] },
    policy: { replicationLag: 0 },
    story: [active],
  },
  'proved-again': {
    story: [
      active,
      { ask: 'verify' },
      { until: 'credential.proved' },
      { ask: 'verify' },
      { until: 'credential.proved', times: 2 },
    ],
  },
  'turn-not-yet': {
    script: { discover: [notYet, lostAnswer, () => discoveryOf()], register: [notYet, () => stored()] },
    story: [active],
  },
  parked: {
    parks: true,
    script: shortLived,
    policy: { restFor: 20 },
    story: [active, { ask: 'verify' }, { until: 'credential.proved' }, { until: 'credential.rotated' }],
  },
  'awaiting-token': {
    script: { config: { environment: 'production', environmentClass: 'production' } },
    story: [{ until: 'registration.awaiting-token' }, { ask: 'supplyInitialAccessToken' }, active],
  },
  adoption: {
    script: { config: { method: 'adopt' } },
    story: [
      { until: 'registration.manual-required' },
      { ask: 'supplyCredential', details: supplied },
      active,
      { ask: 'supplyCredential', details: supplied },
      { until: 'credential.rotated' },
    ],
  },
  approval: {
    script: {
      discover: [
        () => candidateOf('a'),
        () => candidateOf('b'),
        () => candidateOf('b', 'https://other.example.org/register'),
      ],
    },
    story: [
      { until: 'registration.awaiting-approval' },
      { ask: 'discover' },
      { until: 'registration.awaiting-approval', times: 2 },
      { ask: 'approveEndpoint', details: approvalOf('b') },
      active,
      // The documents that are read again wait for a person.
      { ask: 'discover' },
      { until: 'registration.attention' },
    ],
  },
  'woken-by-a-credential': {
    script: {
      config: { environment: 'production', environmentClass: 'production' },
      discover: [() => discoveryOf(), () => discoveryOf({ serverCredential: 'service' })],
    },
    story: [{ until: 'registration.awaiting-token' }, { ask: 'discover' }, active],
  },
  'held-for-a-person': {
    script: { register: [() => refused('RegistrationRejected', 'input'), () => stored()] },
    story: [{ until: 'registration.register-failed' }, { ask: 'supplyInitialAccessToken' }, active],
  },
  'operations-of-an-active-one': {
    story: [
      active,
      { ask: 'verify' },
      { until: 'credential.proved' },
      { ask: 'discover' },
      { until: 'registration.discovered', times: 2 },
    ],
  },
  'metadata-changed': {
    script: { update: [() => refused('UpdateRejected', 'input'), notInTime], settle: [changed] },
    policy: { requestStep: 2000 },
    story: [
      active,
      { ask: 'changeMetadata', details: { revision: null } },
      { until: 'registration.metadata-failed' },
      { ask: 'changeMetadata', details: { revision: null } },
      { until: 'registration.metadata-changed' },
    ],
  },
  'records-conflict': {
    script: { record: [() => ({ kind: 'conflict' })] },
    story: [active],
  },
  'decided-twice': {
    script: { record: [recordedTwice] },
    story: [active],
  },
  'records-away': {
    script: { record: [recordsAway, recordsAway, recordsAway] },
    policy: { recordsRetry: 500, recordsRetryMaximum: 1000 },
    story: [active],
  },
  'by-hand': {
    script: { discover: [() => discoveryOf({ registrationEndpoint: null })] },
    policy: { remindAfter: 1500, remindEvery: 60_000, escalateAfter: 60_000 },
    story: [
      { until: 'task.reminder' },
      {
        ask: 'updateTask',
        details: {
          state: 'submitted',
          owner: 'Ada',
          vendor: { playbookId: 'generic', certified: 'unknown', developer: null, expectedWait: null },
        },
      },
      { until: 'task.changed' },
    ],
  },
  'shared-client': {
    script: { config: { holderRegistrationId: 'golden.app.sandbox.holder' }, prove: [provedHeld] },
    story: [
      active,
      {
        ask: 'reportLaunch',
        details: { outcome: 'success', mode: 'ehr', error: null, grantedScopes: ['launch', 'openid'] },
      },
      { until: 'launch.reported' },
    ],
  },
  'client-with-a-key': {
    script: { register: [storedWithKey], prove: [proved] },
    story: [active, { ask: 'verify' }, { until: 'credential.proved' }],
  },
  'key-held-elsewhere': {
    script: { register: [storedWithKey], prove: [unprovable] },
    story: [active, { ask: 'verify' }, { until: 'credential.proof-failed' }],
  },
  retirement: { story: [active, { ask: 'retire' }, { until: 'registration.retired' }] },
  'retirement-on-the-way': {
    script: { discover: [lostAnswer] },
    story: [{ until: 'step.delayed', times: 2 }, { ask: 'retire' }, { until: 'registration.retired' }],
  },
};
