import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { migrate, openPglite, verifyAudit } from '../../../../stores/records/records.ts';
import { anAnswer, aToken, everything, fixtureOn, nextEvent, oneRegistration, recordsOn } from './fixture.ts';

describe('records in a data directory', () => {
  let dataDir = '';
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'registrar-records-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('are there after a restart', async () => {
    const before = await fixtureOn(await openPglite(dataDir));
    const view = await oneRegistration(before, { initialAccessToken: 'iat' });
    const { registrationId } = view;
    const transition = nextEvent(view, { phase: 'registering' });
    await before.records.recordTransition(transition);
    const intentId = crypto.randomUUID();
    const intent = {
      intentId,
      registrationId,
      operationId: intentId,
      endpoint: 'https://as.example/r',
      clientName: 'n',
    };
    await before.records.prepareIntent({ ...intent, kind: 'register', clientId: null });
    await before.records.markSending(intentId, 1, 30_000);
    await before.records.storeAnswer(intentId, 1, anAnswer('secret'), aToken('rat'));
    await before.db.destroy();

    const db = await openPglite(dataDir);
    await migrate(db);
    const records = recordsOn(db, before.keyring, before.clock);
    const start = await records.entityStart(registrationId);
    expect(start).toMatchObject({ view: transition.view, sequence: 2, unsettled: { intentId } });
    expect(await records.claimEnteringSecret(start!.initialAccessTokenRef!, registrationId)).toBe('iat');
    expect(await records.readAnswer(intentId)).toEqual(anAnswer('secret'));
    expect(await records.managementTokens(registrationId)).toEqual([aToken('rat')]);
    expect(await verifyAudit(db, before.keyring.verifyMac('audit-mac'))).toMatchObject({ ok: true });
    await db.destroy();
  });

  it('are there as far as they were committed after kill -9', async () => {
    const masterKey = generateMasterKey();
    const script = join(import.meta.dirname, 'writeUntilKilled.ts');
    const child = spawn(process.execPath, [script, dataDir, masterKey], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let committed = { registrationId: '', sequence: 0 };
    for await (const line of createInterface({ input: child.stdout })) {
      const [registrationId = '', sequence] = line.split(' ');
      committed = { registrationId, sequence: Number(sequence) };
      if (committed.sequence === 40) child.kill('SIGKILL');
    }
    await exited;
    expect(committed.sequence).toBeGreaterThanOrEqual(40);

    const keyring = createKeyring(parseMasterKey(masterKey));
    const db = await openPglite(dataDir);
    await migrate(db);
    const records = recordsOn(db, keyring, { now: Date.now });
    const { registrationId } = committed;
    const view = await records.registration(registrationId, everything);
    // The commit in flight when the process died may or may not be there.
    expect([committed.sequence, committed.sequence + 1]).toContain(view?.sequence);
    const [newest] = (await records.events(registrationId, { limit: 1 })).items;
    expect(newest?.sequence).toBe(view?.sequence);
    expect(await verifyAudit(db, keyring.verifyMac('audit-mac'))).toMatchObject({ ok: true });
    const ref = (await records.entityStart(registrationId))!.initialAccessTokenRef!;
    expect(await records.claimEnteringSecret(ref, registrationId)).toBe('given-token');
    await db.destroy();
  });
});
