import type { DocumentEndpoints } from '../../domain/discovery/document.ts';
import type { Finding } from '../../domain/registration/view.ts';

/** Findings of one document, in the order in which they were made; each code and subject once. */
export interface FindingList {
  readonly findings: Finding[];
  add(code: string, severity: Finding['severity'], message: string): void;
}

export function findingList(): FindingList {
  const findings: Finding[] = [];
  return {
    findings,
    add(code, severity, message) {
      if (!findings.some((known) => known.code === code && known.message === message)) {
        findings.push({ code, severity, message });
      }
    },
  };
}

/** The same list for one document among several: what is added names the document. */
export function findingsOf(list: FindingList, documentName: string): FindingList {
  return {
    findings: list.findings,
    add: (code, severity, message) => list.add(code, severity, `${documentName}: ${message}`),
  };
}

/** What a parser reads from a document. */
export type ParsedEndpoints = Omit<DocumentEndpoints, 'sha256'>;

/** How members of a document are read; `name` is our name for the member, never the peer's text. */
export interface MemberContext {
  /** FHIR base URL with a trailing slash. */
  readonly base: string;
  /** Whether relative URLs resolve against it, as SMART says; elsewhere they are malformed. */
  readonly relativeUrls: boolean;
  /** Whether the guard would send a request there. */
  readonly isAllowedUrl: (url: string) => boolean;
  readonly list: FindingList;
}

/** A member that should be a text; null with a finding when it is something else. */
export function readTextMember(value: unknown, name: string, list: FindingList): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && value.length <= longestText) return value.trim();
  list.add('member-malformed', 'warning', `"${name}" is not a text; it is ignored.`);
  return null;
}

/**
 * A member that should be a list of texts. A text counts as a list of its words; duplicates and what is no visible
 * text are left out. Null when the member is missing.
 */
export function readListMember(value: unknown, name: string, list: FindingList): string[] | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') list.add('member-malformed', 'info', `"${name}" is a text instead of a list.`);
  const items: readonly unknown[] =
    typeof value === 'string' ? value.split(/[\s,]+/) : Array.isArray(value) ? value : [];
  if (typeof value !== 'string' && !Array.isArray(value)) {
    list.add('member-malformed', 'warning', `"${name}" is not a list; it is ignored.`);
    return null;
  }
  const readable = items.filter(
    (item): item is string => typeof item === 'string' && /^[^\p{C}\s]{1,2000}$/u.test(item),
  );
  const unique = [...new Set(readable)];
  if (typeof value !== 'string' && readable.length < items.length) {
    list.add('member-malformed', 'info', `Some of "${name}" cannot be read; they are ignored.`);
  }
  if (unique.length > mostItems)
    list.add('member-malformed', 'info', `"${name}" is longer than ${mostItems}; the rest is ignored.`);
  return unique.slice(0, mostItems);
}

/**
 * An endpoint as absolute URL, or null. Relative ones resolve against the FHIR base. What the guard would not send a
 * request to is dropped with a finding that says why.
 */
export function readEndpoint(value: unknown, name: string, context: MemberContext): string | null {
  const text = readTextMember(value, name, context.list);
  if (text === null) return null;
  const url = URL.parse(text, context.relativeUrls ? context.base : undefined);
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    context.list.add('endpoint-malformed', 'error', `"${name}" is not an http or https URL; it is ignored.`);
    return null;
  }
  if (url.username !== '' || url.password !== '') {
    context.list.add(
      'endpoint-with-user-information',
      'error',
      `"${name}" holds a user name or password; it is ignored.`,
    );
    return null;
  }
  if (url.hash !== '') {
    context.list.add(
      'endpoint-with-fragment',
      'error',
      `"${name}" has a fragment (RFC 6749 section 3.2); it is ignored.`,
    );
    return null;
  }
  if (context.isAllowedUrl(url.href)) {
    if (!/^https?:/i.test(text))
      context.list.add('endpoint-relative', 'info', `"${name}" is relative to the FHIR base URL.`);
    return url.href;
  }
  const [code, why] =
    url.protocol === 'http:'
      ? ['endpoint-not-https', 'plain http']
      : ['endpoint-address-not-allowed', 'a private or forbidden address'];
  context.list.add(code, 'error', `"${name}" is ${why}; it is ignored.`);
  return null;
}

/** An issuer identifier (RFC 8414 section 2), byte for byte as it stands, since it is compared so. */
export function readIssuer(value: unknown, context: MemberContext): string | null {
  const text = readTextMember(value, 'issuer', context.list);
  if (text === null) return null;
  const url = URL.parse(text);
  if (
    url === null ||
    !['https:', 'http:'].includes(url.protocol) ||
    url.username !== '' ||
    !/^[\x21-\x7E]+$/.test(text)
  ) {
    context.list.add('issuer-malformed', 'warning', '"issuer" is not a URL; it is ignored.');
    return null;
  }
  if (url.protocol === 'http:' && !context.isAllowedUrl(url.href)) {
    context.list.add('issuer-not-https', 'warning', '"issuer" is a plain http URL.');
  }
  if (/\/\.well-known\//.test(url.pathname)) {
    context.list.add('issuer-is-document-url', 'info', '"issuer" is the URL of a metadata document.');
  }
  if (url.hostname !== new URL(context.base).hostname) {
    context.list.add('issuer-on-another-host', 'info', '"issuer" is on another host than the FHIR base URL.');
  }
  return text;
}

const longestText = 4000;
const mostItems = 2000;
