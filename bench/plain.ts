import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { inParallel } from './concurrency.ts';
import { fhirBaseOf, type Peer, peerOf } from './peers.ts';
import { clientMetadata } from './work.ts';

/**
 * What Registrar is compared with: the same requests to the same peers by `fetch`, and nothing else. Nothing is stored,
 * nothing survives. A process of its own, so that its processor time is its own.
 */
export interface PlainWork {
  readonly peers: readonly Peer[];
  readonly tenants: number;
  /** Tenants at once; 1 = one at a time. */
  readonly width: number;
}

export interface PlainResult {
  /** Milliseconds from the first request to the last answer. */
  readonly elapsed: number;
  readonly cpuMilliseconds: number;
  /** Milliseconds of each tenant. */
  readonly each: readonly number[];
}

async function json(response: Response, status: number): Promise<Record<string, string>> {
  const body = (await response.json()) as Record<string, string>;
  if (response.status !== status) throw new Error(`a peer answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
}

function post(url: string, type: string, authorization: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': type, authorization }, body });
}

async function onboard(peer: Peer, tenant: string): Promise<void> {
  const document = `${fhirBaseOf(peer, tenant)}/.well-known/smart-configuration`;
  const discovered = await json(await fetch(document, { headers: { accept: 'application/json' } }), 200);
  const { registration_endpoint: registration = '', token_endpoint: token = '' } = discovered;
  const bearer = `Bearer ${peer.initialAccessToken}`;
  const metadata = JSON.stringify(clientMetadata);
  const client = await json(await post(registration, 'application/json', bearer, metadata), 201);
  const basic = `Basic ${btoa(`${client['client_id']}:${client['client_secret']}`)}`;
  const redirectUri = clientMetadata.redirect_uris[0] ?? '';
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: `plain-${randomUUID()}`,
    redirect_uri: redirectUri,
    code_verifier: randomUUID(),
  });
  await json(await post(token, 'application/x-www-form-urlencoded', basic, form.toString()), 400);
}

async function run({ peers, tenants, width }: PlainWork): Promise<PlainResult> {
  const each: number[] = [];
  const usage = process.cpuUsage();
  const startedAt = performance.now();
  await inParallel(tenants, width, async (index) => {
    const began = performance.now();
    await onboard(peerOf(peers, index), `plain-${index}`);
    each.push(performance.now() - began);
  });
  const elapsed = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(usage);
  return { elapsed, cpuMilliseconds: (user + system) / 1000, each };
}

process.on('message', (work: PlainWork) => {
  run(work).then(
    (result) => process.send?.(result),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
