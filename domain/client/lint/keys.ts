import { readWebUrl } from '../../text/webUrl.ts';
import { finding, type LintFinding, type Metadata, textOf } from './finding.ts';
import { grantsOf } from './grants.ts';

/** Members of a JWK that are private or symmetric (RFC 7518 section 6). */
export const privateJwkMembers: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Public keys of the client (RFC 7591 section 2) and its software statement (section 2.3). */
export function lintKeys(metadata: Metadata): LintFinding[] {
  return [...lintKeySources(metadata), ...lintJwks(metadata['jwks']), ...lintSoftwareStatement(metadata)];
}

function lintKeySources(metadata: Metadata): LintFinding[] {
  const hasJwks = metadata['jwks'] !== undefined;
  const hasUri = metadata['jwks_uri'] !== undefined;
  const uri = textOf(metadata, 'jwks_uri');
  const found: LintFinding[] = [];
  if (hasJwks && hasUri)
    found.push(
      finding('error', 'jwks-and-jwks-uri', '/jwks', '"jwks" and "jwks_uri" exclude each other; remove one of them.'),
    );
  if (!hasJwks && !hasUri && grantsOf(metadata).authMethod === 'private_key_jwt')
    found.push(
      finding(
        'info',
        'keys-made-by-registrar',
        '/jwks_uri',
        'Registrar makes the keys of this client and names them in the request; give "jwks_uri" or "jwks" only where the application holds its own.',
      ),
    );
  if (uri !== null && readWebUrl(uri)?.scheme !== 'https')
    found.push(finding('error', 'jwks-uri-not-https', '/jwks_uri', '"jwks_uri" must be an https URL; correct it.'));
  return found;
}

function lintJwks(jwks: unknown): LintFinding[] {
  if (jwks === undefined) return [];
  const keys = isObject(jwks) && Array.isArray(jwks['keys']) ? (jwks['keys'] as readonly unknown[]) : null;
  if (keys === null || keys.length === 0 || !keys.every(isKey))
    return [
      finding(
        'error',
        'jwks-malformed',
        '/jwks',
        '"jwks" must be a JSON Web Key Set with at least one key (RFC 7517 section 5); correct it.',
      ),
    ];
  return keys.flatMap((key, index) =>
    privateJwkMembers
      .filter((name) => Object.hasOwn(key, name))
      .map((name) =>
        finding(
          'error',
          'jwks-with-private-key',
          `/jwks/keys/${index}/${name}`,
          'This is part of a private key; give public keys only, and replace this one where it was shown.',
        ),
      ),
  );
}

function isKey(value: unknown): value is Metadata {
  return isObject(value) && typeof value['kty'] === 'string';
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A signed JWT in compact form (RFC 7515 section 7.1), told by its looks; a header is a JSON object, which begins so. */
function lintSoftwareStatement(metadata: Metadata): LintFinding[] {
  const statement = textOf(metadata, 'software_statement');
  if (statement === null || /^ey[A-Za-z0-9_-]+\.ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(statement)) return [];
  const message =
    '"software_statement" must be a signed JWT of three base64url parts (RFC 7591 section 2.3); paste it whole.';
  return [finding('error', 'software-statement-malformed', '/software_statement', message)];
}
