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
import { episodeNames, scheduleOf, yearOf } from './year.ts';

/**
 * What a registration costs in a year with secrets of 90 days, in Temporal actions, history events and rows of the audit:
 * one life is recorded on the product, with a short rest, and multiplied by the policy's schedule.
 */
const lifetime = 90 * 86_400_000;
/** Milliseconds; parks soon, as the record waits for it. */
const restFor = 3_000;
/** Times a year that each of a verdict and a document is taken to change. */
const changes = 2;

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
const years = [true, false].map((watched) => {
  const schedule = scheduleOf(defaultTimePolicy, { lifetime, watched, changes });
  return { watched, ...yearOf(life, schedule) };
});
console.table(years);
console.log(JSON.stringify({ database: database.description, lifetime, changes, episodes, years }));
