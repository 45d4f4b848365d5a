import { setTimeout as delay } from 'node:timers/promises';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { honest } from '../../support/peers/behaviour.ts';
import { waitFor } from '../../support/waitFor.ts';
import type { LineCut } from './databaseLine.ts';
import type { LoneWorker, TwoWorkersWorld } from './twoWorkersWorld.ts';

/**
 * What becomes of the worker whose line was cut: its line comes back; or it dies with what it spooled, and comes back
 * only when everything went on without it.
 */
export const fates = ['comes back', 'is away'] as const;
export type Fate = (typeof fates)[number];

export interface TwoWorkersCase {
  readonly cut: LineCut;
  readonly fate: Fate;
}

/** Milliseconds that a line stays cut: longer than a worker tries to keep an answer. */
const outage = 1500;

export const nameOfCase = ({ cut, fate }: TwoWorkersCase) => `cut ${cut.point} ${cut.statement}, ${fate}`;

/** Two cut points for each statement about the request of a clean onboarding, each with both fates. */
export async function recordCases(world: TwoWorkersWorld): Promise<TwoWorkersCase[]> {
  await onboard(world, 'warm');
  for (const { line } of world.workers) line.takeSeen();
  await onboard(world, 'clean');
  const statements = new Set(world.workers.flatMap(({ line }) => line.takeSeen()));
  return [...statements].flatMap((statement) =>
    (['before', 'after'] as const).flatMap((point) => fates.map((fate) => ({ cut: { statement, point }, fate }))),
  );
}

export interface TwoWorkersReport {
  readonly reached: readonly string[];
  /** A clean onboarding had the statement, and this one had not. */
  readonly missed: readonly string[];
  /** Of those reached: answers that were spooled, and clients that are listed with their token. */
  readonly spooled: number;
  readonly listed: number;
  readonly problems: readonly string[];
}

/** One onboarding for each case, one after the other. */
export async function cutLines(
  world: TwoWorkersWorld,
  cases: readonly TwoWorkersCase[],
  say: (line: string) => void = () => undefined,
): Promise<TwoWorkersReport> {
  const reached: string[] = [];
  const missed: string[] = [];
  const problems: string[] = [];
  let spooled = 0;
  let listed = 0;
  for (const [index, one] of cases.entries()) {
    const found = await cutOne(world, one, `cut-${index}`);
    if (found === null) missed.push(nameOfCase(one));
    else {
      reached.push(nameOfCase(one));
      problems.push(...found.problems.map((problem) => `${nameOfCase(one)}: ${problem}`));
      spooled += found.spooled;
      listed += found.listed;
      say(`${nameOfCase(one)}: ${found.spooled} spooled, ${found.clients} clients, ${found.listed} listed`);
    }
  }
  return { reached, missed, spooled, listed, problems };
}

interface Found {
  readonly spooled: number;
  readonly clients: number;
  readonly listed: number;
  readonly problems: readonly string[];
}

/** Null when the statement did not come. */
async function cutOne(world: TwoWorkersWorld, { cut, fate }: TwoWorkersCase, tenantId: string): Promise<Found | null> {
  let cutOff: LoneWorker | null = null;
  for (const worker of world.workers)
    worker.line.cutAt(cut, () => {
      cutOff ??= worker;
    });
  await add(world, tenantId);
  const isActive = async () => (await viewOf(world, tenantId))?.phase === 'active';
  await waitFor(async () => cutOff !== null || (await isActive()), { what: `${tenantId} at its cut` });
  const worker = cutOff as LoneWorker | null;
  if (worker === null) {
    for (const { line } of world.workers) line.join();
    return null;
  }
  // The trap of the other one: it is the one that goes on.
  for (const other of world.workers) if (other !== worker) other.line.join();
  await delay(outage);
  const spooled = await worker.spooled();
  if (fate === 'is away') await worker.running.kill();
  worker.line.join();
  await goesOn(world, tenantId, fate);
  if (fate === 'is away') await worker.running.start();
  await waitFor(async () => (await worker.spooled()) === 0, { what: 'the spool to be collected' });
  return { spooled, ...(await judge(world, tenantId, fate)) };
}

/** Waits until it is active; an answer that is away with its worker is given up by a person. */
async function goesOn(world: TwoWorkersWorld, tenantId: string, fate: Fate): Promise<void> {
  let last: RegistrationView | null = null;
  let asked = false;
  await waitFor(
    async () => {
      last = await viewOf(world, tenantId);
      if (fate === 'is away' && !asked && last?.hold?.reason === 'AnswerSpooled') {
        asked = true;
        await world.api.ok('POST', `/v1/registrations/${last.registrationId}/retry`, {});
      }
      return last?.phase === 'active';
    },
    {
      what: `${tenantId} is active`,
      milliseconds: 90_000,
      seen: () => last && { phase: last.phase, hold: last.hold, conditions: last.conditions },
    },
  );
}

/** Both come back: one client. Else: one client, and the other one that there is is listed with its token. */
async function judge(world: TwoWorkersWorld, tenantId: string, fate: Fate): Promise<Omit<Found, 'spooled'>> {
  const { views, orphans, open, auditIsWhole } = await world.books.dump();
  const view = views.get(registrationIdOf(tenantId));
  const clients = world.peer.ledger().clients.filter(({ system }) => system === tenantId);
  const used = view?.credential?.clientId;
  const others = clients.filter(({ clientId }) => clientId !== used);
  const listed = orphans.filter(
    (one) => one.registrationId === registrationIdOf(tenantId) && one.clientId !== null && one.hasToken,
  );
  const problems: string[] = [];
  if (!clients.some(({ clientId }) => clientId === used)) problems.push('the client in use is none of the server');
  if (fate === 'comes back' && others.length > 0) problems.push(`${clients.length} clients were made`);
  if (others.length > 1) problems.push(`${others.length} clients are not in use`);
  for (const { clientId } of others)
    if (!listed.some((one) => one.clientId === clientId)) problems.push(`${clientId} is not listed with its token`);
  if (listed.length > others.length) problems.push('a client in use is listed');
  for (const one of open)
    if (one.registrationId === registrationIdOf(tenantId)) problems.push(`${one.what} and nobody settled it`);
  if (!auditIsWhole) problems.push('the chain of the audit is broken');
  return { clients: clients.length, listed: listed.length, problems };
}

const applicationId = 'app';
const registrationIdOf = (tenantId: string) => `${tenantId}.${applicationId}.sandbox.main`;

const viewOf = (world: TwoWorkersWorld, tenantId: string) => world.books.view(registrationIdOf(tenantId));

async function add({ api, peer }: TwoWorkersWorld, tenantId: string): Promise<void> {
  await api.ok('PUT', `/v1/applications/${applicationId}`, {
    clientMetadata: {
      client_name: 'Drill',
      redirect_uris: ['https://app.example.org/callback'],
      scope: 'openid patient/*.rs',
    },
    environments: { sandbox: { class: 'nonProduction' } },
  });
  peer.program(tenantId, honest);
  const registration = { applicationId, environment: 'sandbox', fhirBaseUrl: peer.fhirBaseUrl(tenantId) };
  await api.ok('POST', '/v1/tenants', { tenantId, name: tenantId, registrations: [registration] });
}

async function onboard(world: TwoWorkersWorld, tenantId: string): Promise<void> {
  await add(world, tenantId);
  const isActive = async () => (await viewOf(world, tenantId))?.phase === 'active';
  await waitFor(isActive, { what: `${tenantId} is active` });
}
