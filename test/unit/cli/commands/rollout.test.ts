import { describe, expect, it } from 'vitest';
import type { ApiClient } from '../../../../cli/client.ts';
import { type RolloutItem, readRollout, rolloutLines } from '../../../../cli/commands/rollout.ts';
import { displayWidth } from '../../../../cli/plainText.ts';
import { runCommandLine } from '../../../../cli/program.ts';
import { fakeTerminal } from '../fakeTerminal.ts';

const item = (index: number, changes: Partial<RolloutItem> = {}): RolloutItem => ({
  registrationId: `clinic-${index}.portal.production.main`,
  class: 'automatic',
  reason: 'MetadataUpdatable',
  message: 'The client can be changed in place (RFC 7592).',
  members: ['redirect_uris'],
  appliedRevision: 1,
  ...changes,
});
const all = Array.from({ length: 1298 }, (_, index) =>
  item(index, index % 3 === 0 ? { class: 'task', reason: 'MetadataByHand', message: 'By hand.' } : {}),
);

/** An API that answers in pages of 500, and counts two registrations of each as unchanged. */
function pagedApi(asked: unknown[]): ApiClient {
  const send = async (method: string, path: string, body: unknown) => {
    const { searchParams, pathname } = new URL(path, 'http://localhost');
    asked.push([method, pathname, searchParams.get('limit'), body]);
    const from = Number(searchParams.get('cursor') ?? 0);
    const next = from + 500 < all.length ? { nextCursor: String(from + 500) } : {};
    return { items: all.slice(from, from + 500), unchanged: 2, ...next };
  };
  return { send, get: async () => ({ revision: 7 }) } as unknown as ApiClient;
}

describe('the dry run of a rollout', () => {
  it('is read whole, page by page, of the newest revision where none is named', async () => {
    const asked: unknown[] = [];
    const rollout = await readRollout(pagedApi(asked), 'portal', undefined);
    expect(asked).toEqual(
      Array(3).fill(['POST', '/v1/applications/portal/rollouts', '500', { revision: 7, dryRun: true }]),
    );
    expect(rollout.items).toEqual(all);
    expect(rollout.counts).toEqual({ automatic: 865, task: 433, new_client: 0, unchanged: 6 });
  });

  it('lists every registration with its class, then why, then how many', async () => {
    const rollout = await readRollout(pagedApi([]), 'portal', 3);
    const lines = rolloutLines(rollout, Number.POSITIVE_INFINITY);
    const rows = lines.filter((line) => line.includes('.portal.production.main'));
    expect(rows).toHaveLength(all.length);
    expect(rows[0]).toMatch(/^clinic-1\.portal\.production\.main +automatic +MetadataUpdatable +redirect_uris$/);
    expect(rows.findIndex((line) => line.includes(' task '))).toBe(865);
    expect(lines.slice(-4)).toEqual([
      '',
      'MetadataUpdatable: The client can be changed in place (RFC 7592).',
      'MetadataByHand: By hand.',
      'Revision 3 of portal: 865 automatic, 433 task, 0 new_client, 6 unchanged. Dry run: nothing was changed.',
    ]);
  });

  it('keeps id and class in a narrow terminal, and shows no control characters', () => {
    const hostile = item(1, { members: ['\u001b[2Jscope', '\u202ecba'] });
    const counts = { automatic: 1, task: 0, new_client: 0, unchanged: 0 };
    const lines = rolloutLines({ applicationId: 'portal', revision: 1, dryRun: true, counts, items: [hostile] }, 45);
    expect(lines[1]).toMatch(/automatic/);
    expect(displayWidth(lines[1] ?? '')).toBeLessThanOrEqual(45);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('says when there is nothing to change', () => {
    const counts = { automatic: 0, task: 0, new_client: 0, unchanged: 4 };
    expect(rolloutLines({ applicationId: 'portal', revision: 2, dryRun: true, counts, items: [] }, 80)).toEqual([
      'Revision 2 of portal: 0 automatic, 0 task, 0 new_client, 4 unchanged. Dry run: nothing was changed.',
    ]);
  });

  it.each([
    [['portal'], /^registrar: --dry-run: it is missing, and waves come in a later version/],
    [['Portal', '--dry-run'], /^registrar: APPLICATION: it is not an id/],
    [['portal', '--dry-run', '--revision', '0'], /It must be a number from 1/],
    [[], /missing required argument 'application'/],
  ])('of %j is bad input', async (args, message) => {
    const terminal = fakeTerminal();
    expect(await runCommandLine(['application', 'rollout', ...args], terminal)).toBe(2);
    expect(terminal.notes).toHaveLength(1);
    expect(terminal.notes[0]).toMatch(message);
  });
});
