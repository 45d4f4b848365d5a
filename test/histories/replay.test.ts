import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyEdit, type Edit } from '../../scripts/edit.ts';
import { bundleWorkflows } from '../../scripts/workflowBundle.ts';
import { type Golden, goldens } from './golden.ts';
import { goldenConverter, goldenNamespace } from './key.ts';
import { paths } from './recording/paths.ts';

const root = join(import.meta.dirname, '../..');
const all = goldens();
const labelOf = ({ release, name }: Golden) => `${release}/${name}`;

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
  });
});

describe('golden histories', () => {
  let code: string;

  beforeAll(async () => {
    code = await bundleWorkflows(root);
  });

  test('there is one of every path', () => {
    const recorded = new Set(all.map(({ name }) => name.replace(/-\d+$/, '')));
    expect([...recorded].sort()).toEqual(Object.keys(paths).sort());
  });

  test('some are parked with a timer that goes on', () => {
    const parked = all.filter(({ history }) => history.events.at(-1)?.['eventType'] === 'EVENT_TYPE_TIMER_STARTED');
    expect(parked.map(({ name }) => name.replace(/-\d+$/, ''))).toContain('parked');
  });

  test.each(all.map((golden) => [labelOf(golden), golden] as const))(
    '%s goes on with this release',
    async (_, golden) => {
      // The SDK replays in this namespace only, and the codec binds it.
      expect(golden.namespace).toBe(goldenNamespace);
      const options = { workflowBundle: { code }, dataConverter: goldenConverter };
      await Worker.runReplayHistory(options, golden.history, golden.workflowId);
    },
  );

  test('another workflow id or another key opens none', async () => {
    const [{ history, workflowId }] = all as [Golden];
    const workflowBundle = { code };
    const withKey = { workflowBundle, dataConverter: goldenConverter };
    await expect(Worker.runReplayHistory(withKey, history, `${workflowId}-2`)).rejects.toThrow();
    await expect(Worker.runReplayHistory({ workflowBundle }, history, workflowId)).rejects.toThrow();
  });
});

describe('histories at rest', () => {
  /** What stands in arguments, results and failures of every path in plain text before it is encrypted. */
  const plainTexts = ['schemaVersion', 'fhirBaseUrl', 'auth.example.org', 'client-1', 'credentialHealth', 'key:golden'];

  test.each(all.map((golden) => [labelOf(golden), golden] as const))('%s shows nothing', (_, golden) => {
    const payloads = payloadsOf(golden.history);
    const encrypted = payloads.filter(({ encoding }) => encoding === 'binary/encrypted');
    expect(encrypted.length).toBeGreaterThan(0);
    // Ids and times of local activities, written by the SDK's core.
    const markers = payloads.filter(({ path }) => path.includes('/markerRecordedEventAttributes/details/data/'));
    expect(payloads).toHaveLength(encrypted.length + markers.length);
    const shown = [JSON.stringify(golden), ...payloads.map(({ data }) => data.toString('latin1'))].join('\n');
    for (const text of plainTexts) expect(shown).not.toContain(text);
  });

  test('the walk finds what is not encrypted', () => {
    const payload = { metadata: { encoding: base64('json/plain') }, data: base64('{"schemaVersion":1}') };
    const [found] = payloadsOf({ events: [{ input: { payloads: [payload] } }] });
    expect(found).toMatchObject({ encoding: 'json/plain', data: Buffer.from('{"schemaVersion":1}') });
  });
});

describe('a change of commands fails replay', () => {
  const changes: Record<string, { readonly edits: readonly Edit[]; readonly fails: readonly string[] }> = {
    'two activities reordered': {
      edits: [
        {
          file: 'domain/entity/nextStep.ts',
          from: "    case 'registering':\n      return whenPaid(state, now, policy, { do: 'register' });",
          to: "    case 'registering':\n      return whenDue(state, now, { do: 'prove' });",
        },
        {
          file: 'domain/entity/nextStep.ts',
          from: "    case 'awaiting_enablement':\n      return whenDue(state, now, { do: 'prove' });",
          to: "    case 'awaiting_enablement':\n      return whenDue(state, now, { do: 'register' });",
        },
      ],
      fails: ['approval', 'awaiting-token', 'shared-client', 'turn-not-yet'],
    },
    'a local activity removed': {
      edits: [
        {
          file: 'workflows/registration.ts',
          from: 'if (this.#unrecorded !== null || (waits && wakeAt !== this.#recordedWakeAt)) {',
          to: 'if (false) {',
        },
      ],
      fails: ['onboarding', 'retirement', 'too-early'],
    },
    'something before the first wait of a run': {
      edits: [
        {
          file: 'workflows/registration.ts',
          from: 'if (carried !== undefined) await this.#until(carried.wakeAt, 0);',
          to: '',
        },
      ],
      fails: ['parked-2', 'parked-3'],
    },
    'a timer dropped': {
      edits: [
        {
          file: 'workflows/registration.ts',
          from: 'if (time !== null) return',
          to: 'if (time === -1) return',
        },
      ],
      fails: ['parked-2', 'rotation-by-schedule', 'ladder-of-a-registration'],
    },
  };
  const copies: string[] = [];

  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  test.each(Object.entries(changes))('%s', async (_, { edits, fails }) => {
    const copy = mkdtempSync(join(tmpdir(), 'registrar-replay-'));
    copies.push(copy);
    for (const folder of ['workflows', 'domain', 'runtime/temporal'])
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const edit of edits) applyEdit(copy, edit);
    const violated = await violations(await bundleWorkflows(copy));
    expect(violated).toEqual(expect.arrayContaining([...fails]));
  });

  async function violations(code: string): Promise<string[]> {
    const options = { workflowBundle: { code }, dataConverter: goldenConverter };
    const histories = all.map(({ workflowId, history }) => ({ workflowId, history }));
    const names: string[] = [];
    let position = 0;
    for await (const { error } of Worker.runReplayHistories(options, histories)) {
      if (error instanceof DeterminismViolationError) names.push(all[position]!.name);
      position += 1;
    }
    expect(position).toBe(all.length);
    return names;
  }
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

interface FoundPayload {
  readonly path: string;
  readonly encoding: string;
  readonly data: Buffer;
}

/** Every payload of a history, wherever it stands. */
function payloadsOf(value: unknown, path = ''): FoundPayload[] {
  if (value === null || typeof value !== 'object') return [];
  const { metadata, data } = value as { metadata?: { encoding?: string }; data?: string };
  if (typeof metadata?.encoding === 'string') {
    const encoding = Buffer.from(metadata.encoding, 'base64').toString();
    return [{ path, encoding, data: Buffer.from(data ?? '', 'base64') }];
  }
  return Object.entries(value).flatMap(([name, child]) => payloadsOf(child, `${path}/${name}`));
}
