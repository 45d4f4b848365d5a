import { type DocumentEndpoints, documentNames } from '../../domain/discovery/document.ts';
import { type Evidence, evidenceHeaders } from '../../domain/registration/view.ts';
import { safeText } from '../../domain/text/redaction.ts';
import { toRfc3339 } from '../../domain/time/clock.ts';
import type { GuardedResponse } from '../http/client.ts';
import { HttpGuardError } from '../http/httpGuardError.ts';
import { bodyLimits } from '../http/limits.ts';
import { readJsonBody } from '../jsonBody.ts';
import { readRetryAfter } from '../oauth/numericDate.ts';
import type { FindingList } from './members.ts';
import { repeatsMember } from './repeatedMember.ts';

/** How the reading of one document went. */
export type Reading =
  | { readonly kind: 'document'; readonly value: Readonly<Record<string, unknown>>; readonly sha256: string }
  /** The server has no such document; `what` says how it said so. */
  | { readonly kind: 'absent'; readonly what: string }
  /** No answer, or one that another try may better; `silent` = none at all. */
  | {
      readonly kind: 'unavailable';
      readonly what: string;
      readonly retryAfterSeconds: number | null;
      readonly silent: boolean;
    }
  /** The guard may not go there. */
  | { readonly kind: 'not-allowed'; readonly what: string };

/** One document as far as it could be read. */
export interface DocumentRead {
  readonly name: string;
  readonly reading: Reading;
  readonly endpoints: DocumentEndpoints | null;
}

export interface DocumentKind {
  readonly accept: string;
  /** What people call it. */
  readonly name: string;
  /** Prefix of the codes of its findings. */
  readonly code: string;
  readonly maxBytes: number;
}

/** A document below the FHIR base URL. */
export interface FhirDocumentKind extends DocumentKind {
  readonly path: string;
}

export const smartConfiguration: FhirDocumentKind = {
  path: '.well-known/smart-configuration',
  accept: 'application/json',
  name: documentNames['smart-configuration'],
  code: 'smart-configuration',
  maxBytes: bodyLimits.standard,
};

export const capabilityStatement: FhirDocumentKind = {
  path: 'metadata',
  accept: 'application/fhir+json, application/json+fhir;q=0.9, application/json;q=0.8',
  name: documentNames['capability-statement'],
  code: 'capability-statement',
  maxBytes: bodyLimits.capabilityStatement,
};

export const udapMetadata: FhirDocumentKind = {
  path: '.well-known/udap',
  accept: 'application/json',
  name: 'UDAP metadata',
  code: 'udap',
  maxBytes: bodyLimits.standard,
};

/** Reads one document; evidence and findings are added to the lists. Never throws. */
export async function readDocument(
  get: () => Promise<GuardedResponse>,
  kind: DocumentKind,
  evidence: Evidence[],
  list: FindingList,
): Promise<Reading> {
  try {
    const response = await get();
    evidence.push(evidenceOf(response));
    return judgeDocument(response, kind, list);
  } catch (error) {
    return judgeGuardError(error);
  }
}

/** What an answer says about a document (FACTS section 3: "not found" comes as 400, 401, 403, 404, 502 or HTML 200). */
export function judgeDocument(response: GuardedResponse, kind: DocumentKind, list: FindingList): Reading {
  const { status } = response;
  const contentType = response.headers['content-type'];
  const body = readJsonBody(response.body, contentType);
  if (status >= 200 && status < 300 && body.kind === 'object') {
    if (!/^application\/(?:[\w.-]+\+)?json\b|^application\/json\+fhir\b/i.test(contentType ?? '')) {
      list.add(`${kind.code}-content-type`, 'info', `The ${kind.name} is not served as JSON content type.`);
    }
    if (new URL(response.url).origin !== new URL(response.redirects[0] ?? response.url).origin) {
      list.add(`${kind.code}-redirected`, 'warning', `The ${kind.name} was redirected to another origin.`);
    }
    if (repeatsMember(response.body)) {
      list.add(`${kind.code}-repeated-member`, 'warning', `The ${kind.name} repeats a member; the last one counts.`);
    }
    return { kind: 'document', value: body.value, sha256: response.sha256 };
  }
  const what = status >= 200 && status < 300 ? `${status} without a JSON document` : `${status}`;
  if (status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 502)) {
    return {
      kind: 'unavailable',
      what,
      retryAfterSeconds: readRetryAfter(response.headers['retry-after'], response.fetchedAt),
      silent: false,
    };
  }
  return { kind: 'absent', what };
}

function judgeGuardError(error: unknown): Reading {
  if (!(error instanceof HttpGuardError)) return unanswered('no answer');
  switch (error.code) {
    case 'address-not-allowed':
    case 'url-not-allowed':
      return { kind: 'not-allowed', what: error.message };
    case 'audience-refused':
    case 'body-too-large':
    case 'encoding-refused':
    case 'header-not-allowed':
    case 'headers-too-large':
    case 'redirect-refused':
      return { kind: 'absent', what: error.message };
    case 'aborted':
    case 'dns':
    case 'network':
    case 'timeout':
      return unanswered(error.message);
    case 'host-saturated':
      return { ...unanswered(error.message), retryAfterSeconds: Math.ceil((error.retryAfterMilliseconds ?? 0) / 1000) };
  }
}

function unanswered(what: string) {
  return { kind: 'unavailable', what, retryAfterSeconds: null, silent: true } as const;
}

function evidenceOf(response: GuardedResponse): Evidence {
  return {
    // What was asked for: where it was redirected to is the peer's text.
    url: response.redirects[0] ?? response.url,
    sha256: response.sha256,
    fetchedAt: toRfc3339(response.fetchedAt),
    status: response.status,
    bytes: response.bytes,
    headers: evidenceHeadersOf(response.headers),
  };
}

function evidenceHeadersOf(headers: GuardedResponse['headers']): NonNullable<Evidence['headers']> {
  const present = evidenceHeaders.flatMap((name) => {
    const text = headers[name];
    return text === undefined ? [] : [[name, safeText(text)]];
  });
  return Object.fromEntries(present);
}
