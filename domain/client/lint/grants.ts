import { finding, type LintFinding, type Metadata, textOf, textsOf } from './finding.ts';

/** Grant types, response types and token endpoint authentication that belong together, with RFC 7591's defaults. */
export interface Grants {
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly authMethod: string;
}

/** What the metadata ask for; missing members have the defaults of RFC 7591 section 2. */
export function grantsOf(metadata: Metadata): Grants {
  return {
    grantTypes: textsOf(metadata, 'grant_types', ['authorization_code']),
    responseTypes: textsOf(metadata, 'response_types', ['code']),
    authMethod: textOf(metadata, 'token_endpoint_auth_method') ?? 'client_secret_basic',
  };
}

/** Whether the method authenticates with a shared secret (OpenID Connect Core section 9). */
export function usesSecret(authMethod: string): boolean {
  return authMethod.startsWith('client_secret_');
}

/** Whether grants, response types and authentication fit one another (RFC 7591 section 2.1, RFC 6749, RFC 8252). */
export function lintGrants(metadata: Metadata): LintFinding[] {
  const grants = grantsOf(metadata);
  return [...lintRedirectGrants(metadata, grants), ...lintOtherGrants(grants), ...lintAuthentication(metadata, grants)];
}

function lintRedirectGrants(metadata: Metadata, { grantTypes, responseTypes }: Grants): LintFinding[] {
  const asksForCode = grantTypes.includes('authorization_code');
  const answersCode = responseTypes.some((type) => type.split(' ').includes('code'));
  const found: LintFinding[] = [];
  if (asksForCode && textsOf(metadata, 'redirect_uris').length === 0)
    found.push(
      finding(
        'error',
        'redirect-uris-missing',
        '/redirect_uris',
        'The authorization_code grant needs redirect URIs; add the ones of the application.',
      ),
    );
  if (asksForCode && !answersCode)
    found.push(
      finding(
        'error',
        'response-type-missing',
        '/response_types',
        'The authorization_code grant needs the response type code; add it, or leave "response_types" out.',
      ),
    );
  if (answersCode && !asksForCode && metadata['response_types'] !== undefined && !isBackendOnly(grantTypes))
    found.push(
      finding(
        'error',
        'grant-type-missing',
        '/grant_types',
        'The response type code needs the authorization_code grant; add it to "grant_types".',
      ),
    );
  return found;
}

/** A default response type does no harm where nobody is redirected. */
function isBackendOnly(grantTypes: readonly string[]): boolean {
  return grantTypes.length > 0 && grantTypes.every((type) => type === 'client_credentials');
}

function lintOtherGrants({ grantTypes }: Grants): LintFinding[] {
  const found: LintFinding[] = [];
  if (grantTypes.length === 0)
    found.push(
      finding('error', 'grant-types-empty', '/grant_types', '"grant_types" is empty; name a grant, or leave it out.'),
    );
  if (grantTypes.length > 0 && grantTypes.every((type) => type === 'refresh_token'))
    found.push(
      finding(
        'error',
        'refresh-token-alone',
        '/grant_types',
        'A refresh token comes from another grant only; add authorization_code to "grant_types".',
      ),
    );
  for (const type of ['implicit', 'password']) {
    if (grantTypes.includes(type))
      found.push(
        finding(
          'warning',
          'grant-type-deprecated',
          '/grant_types',
          `SMART has no use for the ${type} grant, and servers refuse it (RFC 9700 section 2); remove it.`,
        ),
      );
  }
  return found;
}

function lintAuthentication(metadata: Metadata, { grantTypes, authMethod }: Grants): LintFinding[] {
  const pointer = '/token_endpoint_auth_method';
  const found: LintFinding[] = [];
  if (authMethod === 'none' && grantTypes.includes('client_credentials'))
    found.push(
      finding(
        'error',
        'client-credentials-of-public-client',
        pointer,
        'The client_credentials grant is for clients that authenticate (RFC 6749 section 4.4); choose another method than none.',
      ),
    );
  if (textOf(metadata, 'application_type') === 'native' && usesSecret(authMethod))
    found.push(
      finding(
        'warning',
        'native-application-with-secret',
        pointer,
        'An app on its users’ devices cannot keep a secret (RFC 8252 section 8.5); set the method to none unless a server of yours holds it.',
      ),
    );
  return found;
}
