import { chooseDiscovery, needsAnotherDocument, withoutUdapCandidate } from '../../domain/discovery/choice.ts';
import { RegistrarFailure, type RetryClass } from '../../domain/failure.ts';
import type { DiscoveryView, Evidence } from '../../domain/registration/view.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { GuardedClient } from '../http/client.ts';
import { fhirClientFor, type GuardedFhirClient } from '../http/fhirClient.ts';
import { HttpGuardError } from '../http/httpGuardError.ts';
import { parseCapabilityStatement } from './capabilityStatement.ts';
import {
  capabilityStatement,
  type DocumentKind,
  type DocumentRead,
  type FhirDocumentKind,
  type Reading,
  readDocument,
  smartConfiguration,
  udapMetadata,
} from './document.ts';
import { readIssuerMetadata } from './issuerMetadata.ts';
import { findingList, findingsOf, type MemberContext } from './members.ts';
import { isSameSite } from './site.ts';
import { parseSmartConfiguration } from './smartConfiguration.ts';
import { parseUdapMetadata } from './udap.ts';

export interface DiscoverArgument {
  readonly fhirBaseUrl: string;
  /** Given by an administrator; outranks every document. */
  readonly registrationEndpoint?: string | null;
  readonly issuer?: string | null;
  /** Custom headers (`discoveryHeaders`); they stay on the origin of the FHIR base URL. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the guard would send a request to an address that a document names. */
  readonly isAllowedUrl: (url: string) => boolean;
}

/**
 * Reads the SMART configuration and, where it lacks what a registration needs, the CapabilityStatement, the issuer's
 * metadata and, when there is still no registration endpoint, the UDAP metadata, one after the other, and chooses.
 * Repeatable.
 *
 * Rejects with RegistrarFailure only: `DiscoveryFailed` (input) when no document names a usable token endpoint,
 * `PeerNotAnswering` (transient) when another try may find one, `AddressNotAllowed` (input).
 */
export async function discover(client: GuardedClient, argument: DiscoverArgument): Promise<DiscoveryView> {
  const operator = { registrationEndpoint: argument.registrationEndpoint ?? null, issuer: argument.issuer ?? null };
  const base = argument.fhirBaseUrl.replace(/\/$/, '');
  const { isAllowedUrl } = argument;
  const context: MemberContext = { base: `${base}/`, relativeUrls: true, isAllowedUrl, list: findingList() };
  const evidence: Evidence[] = [];
  const signal = AbortSignal.timeout(longestDiscovery);
  const fhir = openFhir(client, base, argument.headers ?? {});
  const get = (kind: FhirDocumentKind) =>
    readDocument(
      () => fhir.get(kind.path, kind.accept, { maxBytes: kind.maxBytes, signal }),
      kind,
      evidence,
      context.list,
    );
  const read = async (kind: FhirDocumentKind, parse: typeof parseCapabilityStatement): Promise<DocumentRead> => {
    const reading = await get(kind);
    if (reading.kind === 'not-allowed') throw failure('AddressNotAllowed', 'input', reading.what);
    noteUnused(kind, reading, context);
    const parsed = reading.kind === 'document' ? parse(reading.value, context) : null;
    const endpoints = reading.kind === 'document' && parsed !== null ? { ...parsed, sha256: reading.sha256 } : null;
    return { name: kind.name, reading, endpoints };
  };

  const smart = await read(smartConfiguration, parseSmartConfiguration);
  const statement = needsAnotherDocument(smart.endpoints, operator.registrationEndpoint)
    ? await read(capabilityStatement, parseCapabilityStatement)
    : null;
  const issuer = statement === null ? null : issuerToRead(smart, statement, operator);
  const metadata = issuer === null ? null : await readIssuerMetadata(client, issuer, evidence, context, signal);
  const documents = {
    smart: smart.endpoints,
    issuerMetadata: metadata?.endpoints ?? null,
    capabilityStatement: statement?.endpoints ?? null,
  };

  const site = (endpoint: string) => isSameSite(base, endpoint, isAllowedUrl);
  const choose = () =>
    chooseDiscovery({
      documents,
      operator,
      isSameSite: site,
      findings: context.list.findings,
      evidence: [...evidence],
    });
  const view = choose();
  if (view === null || mayBeBetterLater(view, smart.reading)) {
    throw failureOf([smart, statement, metadata].filter((document) => document !== null));
  }
  if (view.registrationEndpoint !== null) return view;
  const udap = await get(udapMetadata);
  const list = findingsOf(context.list, udapMetadata.name);
  const offered =
    udap.kind === 'document' ? parseUdapMetadata(udap.value, { ...context, relativeUrls: false, list }) : null;
  return withoutUdapCandidate(choose() ?? view, offered?.registrationEndpoint ?? null);
}

/** Milliseconds for all documents together: below `TimePolicy.repeatableStep`, so that what was read is not lost. */
const longestDiscovery = 50_000;

/** An administrator's registration endpoint needs no second opinion once a document names the token endpoint. */
function issuerToRead(
  smart: DocumentRead,
  statement: DocumentRead,
  given: { readonly registrationEndpoint: string | null; readonly issuer: string | null },
): string | null {
  const tokenEndpoint = smart.endpoints?.tokenEndpoint ?? statement.endpoints?.tokenEndpoint ?? null;
  if (given.registrationEndpoint !== null && tokenEndpoint !== null) return null;
  return given.issuer ?? smart.endpoints?.issuer ?? null;
}

function openFhir(client: GuardedClient, base: string, headers: Readonly<Record<string, string>>): GuardedFhirClient {
  try {
    return fhirClientFor(client, base, headers);
  } catch (error) {
    const what = error instanceof HttpGuardError ? error.message : 'the FHIR base URL cannot be used';
    throw failure('DiscoveryFailed', 'input', what);
  }
}

/** A SMART configuration that is only away would name what the other documents leave out: no verdict from them. */
function mayBeBetterLater(view: DiscoveryView, first: Reading): boolean {
  return view.registrationEndpoint === null && first.kind === 'unavailable';
}

function noteUnused(kind: DocumentKind, reading: Reading, context: MemberContext): void {
  if (reading.kind !== 'absent' && reading.kind !== 'unavailable') return;
  const code = reading.kind === 'absent' ? 'not-found' : 'unavailable';
  context.list.add(`${kind.code}-${code}`, 'info', `No ${kind.name}: ${safeText(reading.what)}.`);
}

function failureOf(documents: readonly DocumentRead[]): RegistrarFailure {
  const told = documents.map((document) => `${document.name}: ${tell(document)}`).join('; ');
  const away = documents.map(({ reading }) => reading).filter((reading) => reading.kind === 'unavailable');
  if (away.length === 0) return failure('DiscoveryFailed', 'input', told);
  const waits = away.map((reading) => reading.retryAfterSeconds).filter((seconds) => seconds !== null);
  return failure('PeerNotAnswering', 'transient', told, waits.length === 0 ? null : Math.max(...waits));
}

function tell({ reading, endpoints }: DocumentRead): string {
  if (reading.kind !== 'document') return reading.what;
  return endpoints === null ? 'no such resource' : 'names no usable token endpoint';
}

function failure(
  reason: 'DiscoveryFailed' | 'PeerNotAnswering' | 'AddressNotAllowed',
  retryClass: RetryClass,
  message: string,
  retryAfterSeconds: number | null = null,
): RegistrarFailure {
  return new RegistrarFailure({ reason, retryClass, message: safeText(message), retryAfterSeconds });
}
