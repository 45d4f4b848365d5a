import { chooseDiscovery, type DocumentEndpoints, needsAnotherDocument } from '../../domain/discoveryChoice.ts';
import { RegistrarFailure, type RetryClass } from '../../domain/failure.ts';
import { safeText } from '../../domain/redaction.ts';
import type { DiscoveryView, Evidence } from '../../domain/registrationView.ts';
import type { GuardedClient } from '../http/client.ts';
import { fhirClientFor, type GuardedFhirClient } from '../http/fhirClient.ts';
import { HttpGuardError } from '../http/httpGuardError.ts';
import { parseCapabilityStatement } from './capabilityStatement.ts';
import { capabilityStatement, type DocumentKind, type Reading, readDocument, smartConfiguration } from './document.ts';
import { findingList, type MemberContext } from './members.ts';
import { parseSmartConfiguration } from './smartConfiguration.ts';

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
 * Reads the SMART configuration and, where it lacks what a registration needs, the CapabilityStatement, one after the
 * other, and chooses. Repeatable.
 *
 * Rejects with RegistrarFailure only: `DiscoveryFailed` (input) when no document names a usable token endpoint,
 * `PeerNotAnswering` (transient) when another try may find one, `AddressNotAllowed` (input).
 */
export async function discover(client: GuardedClient, argument: DiscoverArgument): Promise<DiscoveryView> {
  const operator = { registrationEndpoint: argument.registrationEndpoint ?? null, issuer: argument.issuer ?? null };
  const base = argument.fhirBaseUrl.replace(/\/$/, '');
  const context: MemberContext = { base: `${base}/`, isAllowedUrl: argument.isAllowedUrl, list: findingList() };
  const fhir = openFhir(client, base, argument.headers ?? {});
  const evidence: Evidence[] = [];
  const read = async (kind: DocumentKind, parse: typeof parseCapabilityStatement): Promise<DocumentRead> => {
    const reading = await readDocument(fhir, kind, evidence, context.list);
    if (reading.kind === 'not-allowed') throw failure('AddressNotAllowed', 'input', reading.what);
    return { kind, reading, endpoints: reading.kind === 'document' ? parse(reading.value, context) : null };
  };

  const smart = await read(smartConfiguration, parseSmartConfiguration);
  const statement = needsAnotherDocument(smart.endpoints, operator.registrationEndpoint)
    ? await read(capabilityStatement, parseCapabilityStatement)
    : null;
  const all = statement === null ? [smart] : [smart, statement];
  for (const document of all) noteUnused(document, context);

  const view = chooseDiscovery({
    smart: smart.endpoints,
    capabilityStatement: statement?.endpoints ?? null,
    operator,
    findings: context.list.findings,
    evidence,
  });
  if (view !== null && !mayBeBetterLater(view, smart.reading)) return view;
  throw failureOf(all);
}

/** One document as far as it could be read. */
interface DocumentRead {
  readonly kind: DocumentKind;
  readonly reading: Reading;
  readonly endpoints: DocumentEndpoints | null;
}

function openFhir(client: GuardedClient, base: string, headers: Readonly<Record<string, string>>): GuardedFhirClient {
  try {
    return fhirClientFor(client, base, headers);
  } catch (error) {
    const what = error instanceof HttpGuardError ? error.message : 'the FHIR base URL cannot be used';
    throw failure('DiscoveryFailed', 'input', what);
  }
}

/** A SMART configuration that is only away would name what the CapabilityStatement leaves out: no verdict from it. */
function mayBeBetterLater(view: DiscoveryView, first: Reading): boolean {
  return view.source === 'capability-statement' && view.registrationEndpoint === null && first.kind === 'unavailable';
}

function noteUnused({ kind, reading }: DocumentRead, context: MemberContext): void {
  if (reading.kind !== 'absent' && reading.kind !== 'unavailable') return;
  const code = reading.kind === 'absent' ? 'not-found' : 'unavailable';
  context.list.add(`${kind.code}-${code}`, 'info', `No ${kind.name}: ${safeText(reading.what)}.`);
}

function failureOf(documents: readonly DocumentRead[]): RegistrarFailure {
  const told = documents.map((document) => `${document.kind.name}: ${tell(document)}`).join('; ');
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
