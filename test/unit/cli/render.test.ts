import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../../cli/plainText.ts';
import { detailLines, eventLine, statusLines } from '../../../cli/render.ts';
import { picture } from '../../../cli/watch.ts';
import type { EventRecord } from '../../../domain/ports/lists/events.ts';
import { credentialView, needsAttention, registrationView } from './views.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const hostile = '\u001b]0;owned\u0007\u001b[2Jrejected\nby policy';
const healthy = registrationView('mercy.chart-app.production.main');
const waiting = registrationView('general-hospital-north.chart-app.production.main', {
  phase: 'awaiting_token',
  credentialHealth: 'none',
  credential: null,
  conditions: [needsAttention('InitialAccessTokenNeeded', hostile)],
});
const status = { attention: [waiting], others: [healthy], more: 0, needsAttention: 1, pausedOrigins: [] };

describe('status', () => {
  test('says first what needs a person, why and what to do', () => {
    const lines = statusLines(status, { columns: 200, colour: false, now });
    expect(lines.slice(0, 5)).toEqual([
      '1 needs attention.',
      '! general-hospital-north.chart-app.production.main (since 60 minutes ago)',
      '    InitialAccessTokenNeeded: An initial access token is needed to register a client here.',
      '    rejected by policy',
      '    Do: Get an initial access token from the health system and supply it.',
    ]);
    const [head, first, second] = lines.slice(-3);
    expect(head).toMatch(/^REGISTRATION +PHASE +CREDENTIAL +EXPIRES +NEXT ROTATION$/);
    expect(first).toMatch(/^general-hospital-north.* awaiting_token +none +- +-$/);
    expect(second).toMatch(/^mercy.* active +healthy +in 30 days +in 9 days$/);
  });

  test('says before that which servers rest, why and what to do', () => {
    const paused = {
      origin: 'https://as.example',
      reason: 'OriginVerdictsBad',
      message: 'A fifth of the proofs at this server turned bad within an hour.',
      pausedUntil: '2026-11-21T12:30:00.000Z',
      registrations: 12,
    } as const;
    for (const given of [status, { ...status, attention: [], others: [], needsAttention: 0 }])
      expect(
        statusLines({ ...given, pausedOrigins: [paused] }, { columns: 200, colour: false, now }).slice(0, 2),
      ).toEqual([
        '! https://as.example (12 registrations, until in 30 minutes)',
        '    OriginVerdictsBad: A fifth of the proofs at this server turned bad within an hour.',
      ]);
    for (const line of statusLines({ ...status, pausedOrigins: [paused] }, { columns: 50, colour: false, now }))
      expect(displayWidth(line)).toBeLessThanOrEqual(50);
  });

  test.each([200, 120, 100, 80, 60, 50])('fits a terminal of %i columns', (columns) => {
    for (const line of statusLines(status, { columns, colour: true, now }))
      expect(displayWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
  });

  test('leaves out next rotation first, then expiry, never the states', () => {
    const heads = [100, 80, 60].map(
      (columns) =>
        statusLines(status, { columns, colour: false, now }).find((line) => line.startsWith('REGISTRATION')) ?? '',
    );
    expect(heads[0]).toContain('NEXT ROTATION');
    expect(heads[2]).not.toContain('NEXT ROTATION');
    for (const head of heads) expect(head).toMatch(/PHASE +CREDENTIAL/);
  });

  test('lets no escape sequence of a peer through', () => {
    for (const lines of [
      statusLines(status, { columns: 100, colour: false, now }),
      detailLines(waiting, [event], { columns: 100, colour: false, now }),
      [eventLine(event)],
    ])
      for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  });

  test('tells how to begin and how many are not shown', () => {
    const look = { columns: 80, colour: false, now };
    expect(
      statusLines({ attention: [], others: [], more: 0, needsAttention: 0, pausedOrigins: [] }, look)[0],
    ).toContain('tenant add');
    const none = { attention: [], others: [], more: 0, needsAttention: 0, pausedOrigins: [] };
    expect(statusLines({ ...none, narrowed: 'attention' }, look)).toEqual(['Nothing needs a person.']);
    expect(statusLines({ ...none, narrowed: 'filter' }, look)[0]).toMatch(/^No registration is as asked for/);
    expect(statusLines({ ...status, more: 7 }, look).at(-1)).toContain('7 more');
    expect(statusLines({ ...status, attention: [], needsAttention: 0 }, look)[0]).toBe('Nothing needs a person.');
  });

  test.each([
    ['never', { expiresAt: null, expiryKnown: true }],
    ['unknown', { expiresAt: null, expiryKnown: false }],
    ['2 hours ago', { expiresAt: '2026-11-21T09:59:00.000Z' }],
  ])('shows an expiry as %s', (text, change) => {
    const view = registrationView('mercy.a.b.main', { credential: credentialView(change) });
    const lines = statusLines(
      { attention: [], others: [view], more: 0, needsAttention: 0, pausedOrigins: [] },
      { columns: 100, colour: false, now },
    );
    expect(lines.at(-1)).toContain(` ${text} `);
  });
});

const event: EventRecord = {
  position: 7,
  sequence: 3,
  at: '2026-11-21T11:59:00.000Z',
  type: 'registration.register-failed',
  registrationId: 'mercy.chart-app.production.main',
  actor: 'system',
  message: hostile,
  operationId: 'op-1',
};

test('an event is one line', () => {
  expect(eventLine(event)).toBe(
    '2026-11-21T11:59:00.000Z mercy.chart-app.production.main registration.register-failed: rejected by policy [op-1]',
  );
});

test('one registration shows where its credential is, never the credential', () => {
  const lines = detailLines(healthy, [event], { columns: 120, colour: false, now }).join('\n');
  for (const text of ['smart/mercy/chart-app/production/main/client', 'client-1', '(in 30 days)', 'NeedsAttention'])
    expect(lines).toContain(text);
});

test('a retired registration shows no place of a secret that is no longer there', () => {
  const lines = detailLines(registrationView('mercy.a.b.main', { phase: 'retired' }), [], {
    columns: 120,
    colour: false,
    now,
  });
  expect(lines.join('\n')).not.toMatch(/Stored in|Version|Next rotation/);
});

test('a suspended registration shows the phase beneath, a held one what releases it', () => {
  const since = '2026-11-21T11:00:00.000Z';
  const suspended = registrationView('mercy.a.b.main', {
    phase: 'suspended',
    suspended: { since, phase: 'verifying' },
  });
  const look = { columns: 120, colour: false, now };
  expect(detailLines(suspended, [], look).join('\n')).toMatch(
    /Phase +suspended .* ago; it goes on as verifying once it is resumed/,
  );
  const hold = { reason: 'SecretStoreConflict', releasedBy: ['acceptCurrent', 'overwrite'], since } as const;
  const held = detailLines(registrationView('mercy.a.b.main', { hold }), [], look).join('\n');
  expect(held).toMatch(/Held +SecretStoreConflict .* ago/);
  expect(held).toMatch(/Released by +accept-current or overwrite/);
});

describe('a picture of the watching terminal', () => {
  test('overwrites line by line without clearing the screen first', () => {
    const drawn = picture(['one', 'two'], 24);
    expect(drawn).toBe('\u001b[?2026h\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J\u001b[?2026l');
  });

  test('never scrolls: what does not fit is counted', () => {
    const drawn = picture(
      Array.from({ length: 40 }, (_, index) => `line ${index}`),
      10,
    );
    expect(drawn.split('\r\n')).toHaveLength(10);
    expect(drawn).toContain('… 31 more lines');
  });
});
