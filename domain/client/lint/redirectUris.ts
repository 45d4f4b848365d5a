import { readRedirectUri } from '../redirectUri.ts';
import { type Entry, entriesOf, finding, type LintFinding, type Metadata, textOf } from './finding.ts';

/** Redirect URIs by kind of application (OpenID Connect Dynamic Client Registration 1.0 section 2, RFC 8252). */
export function lintRedirectUris(metadata: Metadata): LintFinding[] {
  const entries = entriesOf(metadata, 'redirect_uris');
  const type = textOf(metadata, 'application_type');
  return [...lintApplicationType(type, entries), ...entries.flatMap((entry) => lintRedirectUri(entry, type))];
}

function lintApplicationType(type: string | null, entries: readonly Entry[]): LintFinding[] {
  const pointer = '/application_type';
  if (type === null) {
    if (!entries.some(({ text }) => isNative(text))) return [];
    const message =
      'Without "application_type" servers take this for a web application, and refuse its private-use or loopback redirect URIs; set it to native.';
    return [finding('warning', 'application-type-missing', pointer, message)];
  }
  if (type === 'web' || type === 'native') return [];
  return [
    finding('error', 'application-type-unknown', pointer, '"application_type" must be web or native; correct it.'),
  ];
}

function isNative(text: string): boolean {
  const { kind } = readRedirectUri(text);
  return kind === 'loopback' || kind === 'private-use';
}

function lintRedirectUri({ text, pointer }: Entry, type: string | null): LintFinding[] {
  const uri = readRedirectUri(text);
  switch (uri.kind) {
    case 'unusable':
      return [finding('error', uri.code, pointer, `The redirect URI ${uri.rule}; correct it in the application.`)];
    case 'https':
      return [];
    case 'private-use':
      if (type !== 'web') return [];
      return [
        finding(
          'error',
          'redirect-uri-private-use-web',
          pointer,
          'A web application cannot receive a private-use scheme; use https, or set "application_type" to native.',
        ),
      ];
    case 'loopback':
      return [
        ...(type === 'web' ? [loopbackOfWeb(pointer)] : []),
        ...(uri.host === 'localhost' ? [localhost(pointer)] : []),
      ];
  }
}

function loopbackOfWeb(pointer: string): LintFinding {
  const message =
    'Many servers take loopback redirect URIs from native applications only; use https, or set "application_type" to native.';
  return finding('warning', 'redirect-uri-loopback-web', pointer, message);
}

function localhost(pointer: string): LintFinding {
  const message = 'Name the address 127.0.0.1 or [::1] instead of localhost (RFC 8252 section 8.3).';
  return finding('info', 'redirect-uri-localhost', pointer, message);
}
