import { readWebUrl } from '../../text/webUrl.ts';
import { readRedirectUri } from '../redirectUri.ts';
import { entriesOf, finding, type LintFinding, type Metadata, textOf } from './finding.ts';
import { grantsOf } from './grants.ts';

/** What one vendor's registration endpoint wants of client metadata beyond RFC 7591. */
export interface RegistrationProfile {
  readonly vendor: string;
  /** Domains that its registration endpoints and issuers are on. */
  readonly domains: readonly string[];
  /** Members that must be https URLs of pages that answer without a redirect. */
  readonly pages: readonly string[];
}

const profiles: readonly RegistrationProfile[] = [
  // https://www.emrdirect.com/kb/client-applications/requirements-for-client-registration, read 2026-11-21.
  {
    vendor: 'EMR Direct',
    domains: ['emrdirect.com', 'healthtogo.me', 'interopengine.com'],
    pages: ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'],
  },
];

/** The profile of an authorization server, told by the hosts of its registration endpoint and its issuer. */
export function profileOf(urls: readonly (string | null | undefined)[]): RegistrationProfile | null {
  const hosts = urls.flatMap((url) => (url == null ? [] : (readWebUrl(url)?.host ?? [])));
  return profiles.find(({ domains }) => hosts.some((host) => domains.some((domain) => isWithin(host, domain)))) ?? null;
}

/** What a vendor would refuse in metadata that are right by RFC 7591. */
export function lintProfile(metadata: Metadata, profile: RegistrationProfile): LintFinding[] {
  return [
    ...profile.pages.flatMap((member) => lintPage(metadata, member, profile)),
    ...lintContactDomain(metadata, profile),
    ...lintRedirects(metadata, profile),
    ...lintGrant(metadata, profile),
  ];
}

/** A page of the metadata that a vendor looks at. */
export interface ProfilePage {
  readonly member: string;
  readonly url: string;
}

/** The pages that a vendor will look at, as far as their URLs can be used. */
export function pagesOf(metadata: Metadata, profile: RegistrationProfile): ProfilePage[] {
  return profile.pages.flatMap((member) => {
    const url = textOf(metadata, member);
    return url !== null && readWebUrl(url)?.scheme === 'https' ? [{ member, url }] : [];
  });
}

/** What came of looking at a page. `what` is our own text, or a status. */
export type PageState =
  | { readonly kind: 'live' }
  | { readonly kind: 'redirected' }
  | { readonly kind: 'refused'; readonly what: string }
  /** No answer, which may be so from here only. */
  | { readonly kind: 'silent'; readonly what: string };

/** What a vendor that looks at the page would say. */
export function lintPageState(
  { member }: ProfilePage,
  state: PageState,
  { vendor }: RegistrationProfile,
): LintFinding[] {
  const pointer = `/${member}`;
  switch (state.kind) {
    case 'live':
      return [];
    case 'redirected': {
      const message = `${vendor} refuses a "${member}" that redirects to another URL; give the URL that it leads to.`;
      return [finding('error', 'page-redirected', pointer, message)];
    }
    case 'refused': {
      const message = `${vendor} looks at "${member}", and the page answers ${state.what}; correct the URL or the page.`;
      return [finding('error', 'page-not-live', pointer, message)];
    }
    case 'silent': {
      const message = `${vendor} looks at "${member}", and the page did not answer here (${state.what}); make sure, or ask its owner, that it can be reached from the internet.`;
      return [finding('warning', 'page-not-answering', pointer, message)];
    }
  }
}

function lintPage(metadata: Metadata, member: string, { vendor }: RegistrationProfile): LintFinding[] {
  const text = textOf(metadata, member);
  if (text === null) {
    const message = `${vendor} registers no client without "${member}"; add it to the application.`;
    return [finding('error', 'profile-member-missing', `/${member}`, message)];
  }
  if (readWebUrl(text)?.scheme === 'https') return [];
  return [
    finding('error', 'profile-page-not-https', `/${member}`, `${vendor} wants "${member}" on https; correct it.`),
  ];
}

function lintContactDomain(metadata: Metadata, { vendor }: RegistrationProfile): LintFinding[] {
  const urls = [textOf(metadata, 'client_uri'), ...entriesOf(metadata, 'redirect_uris').map(({ text }) => text)];
  const hosts = urls.flatMap((url) => (url === null ? [] : (readWebUrl(url)?.host ?? [])));
  const matches = entriesOf(metadata, 'contacts').some(({ text }) => {
    const domain = /^(?:mailto:)?[^\s@]+@([^\s@]+\.[^\s@]+)$/i.exec(text)?.[1]?.toLowerCase();
    return domain !== undefined && hosts.some((host) => isWithin(host, domain) || isWithin(domain, withoutWww(host)));
  });
  if (matches) return [];
  const message = `${vendor} wants a contact on the domain of "client_uri" or of a redirect URI; add an e-mail address there.`;
  return [finding('error', 'profile-contact-domain', '/contacts', message)];
}

function lintRedirects(metadata: Metadata, { vendor }: RegistrationProfile): LintFinding[] {
  return entriesOf(metadata, 'redirect_uris').flatMap(({ text, pointer }) => {
    const { kind } = readRedirectUri(text);
    if (kind !== 'private-use' && kind !== 'loopback') return [];
    const what = kind === 'loopback' ? 'a loopback address' : 'a private-use scheme';
    const message = `${vendor} registers no client with ${what} dynamically; use https, or register the client by hand.`;
    return [finding('error', 'profile-redirect-uri', pointer, message)];
  });
}

function lintGrant(metadata: Metadata, { vendor }: RegistrationProfile): LintFinding[] {
  if (!grantsOf(metadata).grantTypes.includes('client_credentials')) return [];
  const message = `${vendor} registers no client for client_credentials dynamically; remove the grant, or register the client by hand.`;
  return [finding('error', 'profile-grant-type', '/grant_types', message)];
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice('www.'.length) : host;
}
