import { describe, expect, it } from 'vitest';
import { heedPause, type StepName, takeTurn, turnsOf } from '../../../../activities/servers/turn.ts';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import type { Budgets } from '../../../../domain/ports/servers/budgets.ts';

const now = Date.parse('2026-11-28T04:00:00Z');
const step = { url: 'https://as.example/token', calls: 3, workClass: 'onboarding' } as const;

function deps(turn: Awaited<ReturnType<Budgets['reserve']>>['turn'], saturation: number | null = null) {
  const waits: number[] = [];
  const asked: unknown[] = [];
  const pauses: unknown[] = [];
  return {
    waits,
    asked,
    pauses,
    budgets: {
      reserve: async (...ask: unknown[]) => {
        asked.push(ask);
        return { turn, now, spacing: 1 };
      },
      pause: async (...pause: unknown[]) => void pauses.push(pause),
    } as Budgets,
    client: { saturation: () => saturation },
    wait: async (milliseconds: number) => waits.push(milliseconds),
  };
}

describe('the turn of a step', () => {
  it('comes at once where there is room', async () => {
    const given = deps({ kind: 'granted', at: now });
    await takeTurn(given, step);
    expect(given).toMatchObject({ waits: [], asked: [['https://as.example/token', 3, 'onboarding']] });
  });

  it('is waited for where it is near', async () => {
    const given = deps({ kind: 'granted', at: now + 1_500 });
    await takeTurn(given, step);
    expect(given.waits).toEqual([1_500]);
  });

  it('ends the step with a time where it is further away', async () => {
    const given = deps({ kind: 'not-yet', at: now + 90_400 });
    const error = await takeTurn(given, step).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'TurnNotYet', retryClass: 'transient', retryAfterSeconds: 91, status: null });
    expect((error as Error).message).toContain('2026-11-28T04:01:30.400Z');
    expect(given.waits).toEqual([]);
  });

  it('is not asked for where too many requests of this process wait for the host', async () => {
    const given = deps({ kind: 'granted', at: now }, 4_200);
    const error = await takeTurn(given, step).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'TurnNotYet', retryAfterSeconds: 5 });
    expect(given.asked).toEqual([]);
  });
});

describe('the calls of a step count where they go', () => {
  const fhir = 'https://fhir.example/r4';
  const [registrationEndpoint, tokenEndpoint] = ['https://reg.example/register', 'https://as.example/token'];
  const apart = { registrationEndpoint, tokenEndpoint };
  const together = { registrationEndpoint: 'https://as.example/register', tokenEndpoint };
  const manual = { registrationEndpoint: null, tokenEndpoint };
  const nothing = { registrationEndpoint: null, tokenEndpoint: null };

  it.each<[StepName, Parameters<typeof turnsOf>[1], [url: string, calls: number][]]>([
    ['onboard', undefined, [[fhir, 2]]],
    ['discover', undefined, [[fhir, 2]]],
    ['discover', apart, [[fhir, 2]]],
    [
      'register',
      apart,
      [
        [registrationEndpoint, 1],
        [tokenEndpoint, 2],
      ],
    ],
    ['register', together, [[together.registrationEndpoint, 3]]],
    [
      'update',
      apart,
      [
        [registrationEndpoint, 2],
        [tokenEndpoint, 2],
      ],
    ],
    ['update', manual, [[tokenEndpoint, 4]]],
    ['prove', apart, [[tokenEndpoint, 2]]],
    ['prove', nothing, [[fhir, 2]]],
    ['retire', apart, [[registrationEndpoint, 1]]],
    ['retire', null, []],
    ['showEndpoints', apart, []],
  ])('%s of %j: %j', (name, endpoints, expected) => {
    expect(turnsOf(name, endpoints, fhir).map(({ url, calls }) => [url, calls])).toEqual(expected);
  });
});

describe('a pause that a server asks for', () => {
  const failure = (
    status: number | null,
    retryAfterSeconds: number | null,
    reason: 'PeerNotAnswering' | 'TurnNotYet',
  ) => new RegistrarFailure({ reason, retryClass: 'transient', status, retryAfterSeconds, message: 'm' });

  it.each<[unknown, number | null]>([
    [failure(429, 30, 'PeerNotAnswering'), 30],
    [failure(503, 7, 'PeerNotAnswering'), 7],
    [failure(429, 86_400, 'PeerNotAnswering'), 60],
    [failure(500, 7, 'PeerNotAnswering'), null],
    [failure(429, null, 'PeerNotAnswering'), null],
    [failure(null, 7, 'TurnNotYet'), null],
    [new Error('other'), null],
  ])('is told for everybody: case %#', async (error, seconds) => {
    const given = deps({ kind: 'granted', at: now });
    await heedPause(given, step.url, error);
    expect(given.pauses).toEqual(seconds === null ? [] : [[step.url, seconds]]);
  });

  it('is told for a failure that is a result', async () => {
    const given = deps({ kind: 'granted', at: now });
    await heedPause(given, step.url, { reason: 'PeerNotAnswering', status: 429, retryAfterSeconds: 30, message: 'm' });
    expect(given.pauses).toEqual([[step.url, 30]]);
    await heedPause(given, step.url, undefined);
    expect(given.pauses).toHaveLength(1);
  });

  it('takes nothing from what the step learned where the budget cannot be told', async () => {
    const given = deps({ kind: 'granted', at: now });
    given.budgets.pause = () => Promise.reject(new Error('the database is away'));
    await expect(heedPause(given, step.url, failure(429, 30, 'PeerNotAnswering'))).resolves.toBeUndefined();
  });
});
