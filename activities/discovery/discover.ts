import { randomUUID } from 'node:crypto';
import { requestedMetadata } from '../../domain/client/requested.ts';
import { boundedDiscovery, snapshotBounds } from '../../domain/discovery/bound.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { DiscoveryView } from '../../domain/registration/view.ts';
import { splitScopes } from '../../domain/scopes/scope.ts';
import { safeText } from '../../domain/text/redaction.ts';
import { discover as readDocuments } from '../../protocols/smart/discover.ts';
import { withClientKeys } from '../credentials/keys.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { serverAccessOf, serverCredentialOf } from '../servers/access.ts';
import { withClientOffer } from './clientOffer.ts';

/** Characters below which a header value is found everywhere by chance, and hides nothing. */
const shortestSecret = 8;

/** Reads the discovery documents of a registration's FHIR base URL, with its own headers. Repeatable. */
export async function discover(deps: Dependencies, argument: { registrationId: string }): Promise<DiscoveryView> {
  const config = await configOf(deps, argument.registrationId);
  const found = await read(deps, config);
  await makeKeysForPerson(deps, config, found);
  const serverCredential = serverCredentialOf(await serverAccessOf(deps, found), found);
  const offered = await withClientOffer(
    deps,
    config,
    serverCredential === undefined ? found : { ...found, serverCredential },
  );
  const { scope } = config.metadata;
  return boundedDiscovery(offered, typeof scope === 'string' ? splitScopes(scope) : [], snapshotBounds);
}

/** The documents alone: nothing is made or offered. */
export async function read(deps: Dependencies, config: RegistrationConfig): Promise<DiscoveryView> {
  const { registrationId, fhirBaseUrl, registrationEndpoint, issuer } = config;
  const headers = await deps.records.discoveryHeaders(registrationId);
  const given = Object.values(headers).filter((value) => value.length >= shortestSecret);
  try {
    const view = await readDocuments(deps.client, {
      fhirBaseUrl,
      registrationEndpoint,
      issuer,
      headers,
      isAllowedUrl: deps.isAllowedUrl,
    });
    return given.length === 0 ? view : withoutEchoes(view, given);
  } catch (error) {
    if (!(error instanceof RegistrarFailure) || given.length === 0) throw error;
    const { reason, retryClass, status, retryAfterSeconds, message } = error;
    throw new RegistrarFailure({
      reason,
      retryClass,
      status,
      retryAfterSeconds,
      message: safeText(message, given),
    });
  }
}

/**
 * What a server says of a header that it was sent is told without its value. Endpoints stay as they are: they are what
 * the server wants to be asked at, and some serve a header's tenant at a path of that name.
 */
function withoutEchoes(view: DiscoveryView, given: readonly string[]): DiscoveryView {
  const unechoed = (entries: readonly string[] | null) =>
    entries?.filter((entry) => !given.some((value) => entry.includes(value))) ?? null;
  return {
    ...view,
    scopesSupported: unechoed(view.scopesSupported),
    capabilities: unechoed(view.capabilities),
    tokenEndpointAuthMethods: unechoed(view.tokenEndpointAuthMethods),
    findings: view.findings.map((finding) => ({ ...finding, message: withoutValues(finding.message, given) })),
    evidence: view.evidence.map(({ headers, ...rest }) => ({
      ...rest,
      ...(headers === undefined ? {} : { headers: mapValues(headers, (text) => withoutValues(text, given)) }),
    })),
  };
}

/** Text of ours stays as long as it is; only one that repeats a value is cut to a safe one. */
function withoutValues(text: string, given: readonly string[]): string {
  return given.some((value) => text.includes(value)) ? safeText(text, given) : text;
}

function mapValues<Name extends string>(
  record: Readonly<Partial<Record<Name, string>>>,
  change: (text: string) => string,
): Partial<Record<Name, string>> {
  const pairs = Object.entries<string | undefined>(record).map(([name, text]) => [name, change(text ?? '')]);
  return Object.fromEntries(pairs) as Partial<Record<Name, string>>;
}

/** Where a person will register the client, its keys are made at once: the health system asks for their URL. */
async function makeKeysForPerson(deps: Dependencies, config: RegistrationConfig, found: DiscoveryView): Promise<void> {
  const byPerson = config.method === 'manual' || config.method === 'adopt' || found.registrationEndpoint === null;
  if (!byPerson || config.holderRegistrationId !== null) return;
  await withClientKeys(deps, config, requestedMetadata(config, found, null), randomUUID());
}
