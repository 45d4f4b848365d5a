import { expect, it } from 'vitest';
import { stepPriority, type Urgency, workClassOf } from '../../../../domain/servers/workPriority.ts';

const day = 86_400_000;
const now = Date.parse('2026-11-28T04:00:00Z');
const active: Urgency = { phase: 'active', asked: false, issuedAt: now, endsAt: now + 90 * day, rejected: false };

it.each<[what: string, changes: Partial<Urgency>, workClass: string]>([
  ['a proof by the way', {}, 'bulk'],
  ['a rotation that is due', { issuedAt: now - 60 * day, endsAt: now + 30 * day }, 'bulk'],
  ['a rotation in the last tenth', { issuedAt: now - 82 * day, endsAt: now + 8 * day }, 'expiring'],
  ['an expired credential', { issuedAt: now - 91 * day, endsAt: now - day }, 'expiring'],
  ['a rejected credential', { rejected: true }, 'expiring'],
  ['a new registration', { phase: 'discovering', issuedAt: null, endsAt: null }, 'onboarding'],
  ['one whose first credential is refused', { phase: 'verifying', rejected: true, endsAt: null }, 'onboarding'],
  ['what a person asked for', { asked: true }, 'onboarding'],
  [
    'what a person asked for at the end of the life',
    { asked: true, issuedAt: now - 89 * day, endsAt: now + day },
    'expiring',
  ],
  ['a retirement', { phase: 'retiring', endsAt: null }, 'bulk'],
])('%s', (_what, changes, workClass) => {
  expect(workClassOf({ ...active, ...changes }, now)).toBe(workClass);
});

it('puts the urgent first', () => {
  const classes = ['expiring', 'onboarding', 'bulk'] as const;
  expect(classes.map((workClass) => stepPriority(workClass, 'as.example').priorityKey)).toEqual([1, 2, 4]);
});

it('tells hosts apart by a key that is short and names none, however long they are', () => {
  const hosts = ['as.example', 'as.example.org', ...['a', 'b'].map((first) => `${first}${'x'.repeat(80)}.example`)];
  const keys = hosts.map((host) => stepPriority('bulk', host).fairnessKey);
  expect(new Set(keys).size).toBe(hosts.length);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}$/);
  expect(stepPriority('expiring', 'as.example').fairnessKey).toBe(keys[0]);
});
