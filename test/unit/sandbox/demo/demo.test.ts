import { expect, it } from 'vitest';
import type { RegistrationView } from '../../../../domain/registration/view.ts';
import { type DemoEvent, readEvents } from '../../../../sandbox/demo/api.ts';
import { renderScreen, renderTable } from '../../../../sandbox/demo/screen.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const view = {
  registrationId: 'lakeside.demo-app.sandbox.main',
  phase: 'active',
  credentialHealth: 'healthy',
  conditions: [],
  credential: { expiresAt: '2026-11-21T10:00:45Z', expiryKnown: true, rotationDueAt: '2026-11-21T10:00:28Z' },
} as unknown as RegistrationView;
const manual = {
  ...view,
  registrationId: 'valley.demo-app.sandbox.main',
  phase: 'manual_required',
  credentialHealth: 'none',
  credential: null,
  conditions: [{ type: 'NeedsAttention', status: 'True', reason: 'NoRegistrationEndpoint' }],
} as unknown as RegistrationView;
const event: DemoEvent = {
  position: 7,
  at: '2026-11-21T10:00:00.000Z',
  type: 'credential.rotated',
  registrationId: 'lakeside.a.b.c',
  message: 'done',
};

it('shows one row per registration, with times as people say them and what needs a person', () => {
  const [heading, first, second] = renderTable([view, manual], now);
  expect(heading).toMatch(/^Registration +Phase +Credential +Expires +Rotates +Needs attention$/);
  expect(first).toMatch(/active +healthy +in 45 seconds +in 28 seconds$/);
  expect(second).toMatch(/manual_required +none +NoRegistrationEndpoint$/);
});

it('fits a terminal: the newest events, cut at its width', () => {
  const events = Array.from({ length: 50 }, (_, index) => ({ ...event, message: `event ${index} ${'x'.repeat(200)}` }));
  const lines = renderScreen([view], events, { columns: 80, rows: 20 }, ['footer'], now).split('\n');
  expect(lines.length).toBeLessThanOrEqual(20);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).toContain('event 49');
  expect(lines.join('\n')).not.toContain('event 10 ');
});

it('reads an event stream wherever it is cut', async () => {
  const text = `retry: 2000\n\n: waiting\n\nid: 7\nevent: credential.rotated\ndata: ${JSON.stringify(event)}\n\nid: 8\ndata: ${JSON.stringify({ ...event, position: 8, message: 'grün' })}\n\n`;
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 7, 64, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    );
    const read: DemoEvent[] = [];
    for await (const one of readEvents(ReadableStream.from(pieces))) read.push(one);
    expect(read.map(({ position, message }) => [position, message])).toEqual([
      [7, 'done'],
      [8, 'grün'],
    ]);
  }
});
