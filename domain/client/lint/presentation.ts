import { readWebUrl } from '../../text/webUrl.ts';
import { type Entry, entriesOf, finding, type LintFinding, type Metadata, textOf } from './finding.ts';

/** What people at the health system see: name, pages and contacts (RFC 7591 section 2). */
export function lintPresentation(metadata: Metadata): LintFinding[] {
  return [...lintName(metadata), ...lintPages(metadata), ...lintInitiateLogin(metadata), ...lintContacts(metadata)];
}

function lintName(metadata: Metadata): LintFinding[] {
  const name = metadata['client_name'];
  if (name !== undefined && (typeof name !== 'string' || name.trim() !== '')) return [];
  const message = 'Without "client_name" nobody at the health system knows whose client this is; name the application.';
  return [finding('error', 'client-name-missing', '/client_name', message)];
}

const pages: ReadonlySet<string> = new Set(['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'initiate_login_uri']);

function lintPages(metadata: Metadata): LintFinding[] {
  return Object.keys(metadata).flatMap((member) => {
    // A language may follow the name (RFC 7591 section 2.2).
    const [name = ''] = member.split('#', 1);
    const text = textOf(metadata, member);
    if (!pages.has(name) || text === null) return [];
    const url = readWebUrl(text);
    if (url?.scheme === 'https') return [];
    const pointer = `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (url === null)
      return [finding('error', 'uri-malformed', pointer, `"${name}" must be an absolute https URL; correct it.`)];
    return [
      finding('warning', 'uri-not-https', pointer, `Some servers refuse a "${name}" that is not https; use https.`),
    ];
  });
}

function lintInitiateLogin(metadata: Metadata): LintFinding[] {
  if (metadata['initiate_login_uri'] === undefined) return [];
  const message =
    '"initiate_login_uri" starts a third-party login (OpenID Connect Core section 4), which is not SMART’s launch; remove it unless the health system asks for it.';
  return [finding('warning', 'initiate-login-uri-unasked', '/initiate_login_uri', message)];
}

function lintContacts(metadata: Metadata): LintFinding[] {
  const contacts = metadata['contacts'];
  if (contacts === undefined || (Array.isArray(contacts) && contacts.length === 0))
    return [
      finding(
        'warning',
        'contacts-missing',
        '/contacts',
        'No contact is named, and health systems write to it before they close a client; add an e-mail address.',
      ),
    ];
  return entriesOf(metadata, 'contacts')
    .filter((entry) => !isContact(entry))
    .map(({ pointer }) =>
      finding(
        'warning',
        'contact-malformed',
        pointer,
        'The contact is no e-mail address and no https URL; correct it.',
      ),
    );
}

function isContact({ text }: Entry): boolean {
  return /^(?:mailto:)?[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/i.test(text) || readWebUrl(text)?.scheme === 'https';
}
