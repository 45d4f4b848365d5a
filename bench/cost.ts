import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTimePolicy } from '../domain/time/policy.ts';
import { actionsOf } from './actions.ts';
import { openDatabase } from './database.ts';
import { recordLife } from './life.ts';
import { Onboarding } from './onboarding.ts';
import { Peers } from './peers.ts';
import { Product } from './product.ts';
import { episodeNames, serverYearOf } from './year.ts';

/**
 * What the registrations at one server cost in a year with secrets of 90 days, each with its own client or all with one:
 * Temporal actions, history events, rows of the audit, and what the watch asks of the server. One life is recorded on the
 * product, with a short rest, and multiplied by the schedules.
 */
const lifetime = 90 * 86_400_000;
/** Milliseconds; parks soon, as the record waits for it. */
const restFor = 3_000;
/** Times a year that each of a verdict and a document is taken to change. */
const changes = 2;
/** Registrations at the server. */
const counts = [1, 10, 1_000];

await using parts = new AsyncDisposableStack();
const directory = await mkdtemp(join(tmpdir(), 'registrar-cost-'));
parts.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
const database = await openDatabase(false);
parts.defer(() => database.stop());
const peers = await Peers.start(1);
parts.defer(() => peers.stop());
const allowedHosts = peers.all.map(({ issuer }) => new URL(issuer).host);
const product = new Product({ directory, databaseUrl: database.url, allowedHosts, profiles: null, restFor });
parts.defer(() => product.stop());
await product.ready();
const onboarding = new Onboarding(product);
await onboarding.prepare();
// The first one learns what the server does with a wrong secret.
await onboarding.one(peers.all);
const life = await recordLife(product, onboarding, peers.all);
const episodes = episodeNames.map((name) => {
  const { events, longestRun, auditRows } = life[name];
  return { name, actions: actionsOf(events), events: events.length, longestRun, auditRows };
});
console.table(episodes);
const assumptions = { lifetime, changes };
const years = counts.flatMap((count) =>
  (count === 1 ? [false] : [false, true]).map((shares) =>
    serverYearOf(life, defaultTimePolicy, assumptions, count, shares),
  ),
);
console.table(years);
console.log(JSON.stringify({ database: database.description, lifetime, changes, episodes, years }));
