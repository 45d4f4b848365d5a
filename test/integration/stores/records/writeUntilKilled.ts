import { createKeyring, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { migrate, openPglite } from '../../../../stores/records/records.ts';
import { nextEvent, oneRegistration, recordsOn } from './fixture.ts';

/** `node writeUntilKilled.ts {dataDir} {masterKey}`: records events and says which are committed, until it is killed. */
const [, , dataDir, masterKey] = process.argv as [string, string, string, string];
const keyring = createKeyring(parseMasterKey(masterKey));
const clock = { now: Date.now, move: () => undefined };
const db = await openPglite(dataDir);
await migrate(db);
const records = recordsOn(db, keyring, clock);
let view = await oneRegistration({ db, keyring, clock, records }, { initialAccessToken: 'given-token' });
for (;;) {
  const transition = nextEvent(view);
  await records.recordTransition(transition);
  view = transition.view;
  process.stdout.write(`${view.registrationId} ${view.sequence}\n`);
}
