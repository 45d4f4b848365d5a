import { formatScope, parseScope, type Scope } from '../../scopes/scope.ts';
import { finding, type LintFinding, type Metadata, textOf } from './finding.ts';
import { type Grants, grantsOf, usesSecret } from './grants.ts';

const pointer = '/scope';
/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Form of the scopes (RFC 6749 section 3.3, SMART App Launch 2.2), and whether the grants can bring them. */
export function lintScopes(metadata: Metadata): LintFinding[] {
  if (metadata['scope'] !== undefined && typeof metadata['scope'] !== 'string') return [];
  const text = textOf(metadata, 'scope') ?? '';
  const tokens = text.split(/\s+/).filter((token) => token !== '');
  if (tokens.length === 0)
    return [error('scope-missing', 'No scope is asked for; name those that the application needs.')];
  const scopes = tokens.map(parseScope);
  return [
    ...lintText(text, tokens),
    ...tokens.flatMap((token) => lintToken(token)),
    ...lintTogether(tokens),
    ...lintAgainstGrants(tokens, scopes, grantsOf(metadata)),
  ];
}

function lintText(text: string, tokens: readonly string[]): LintFinding[] {
  const found: LintFinding[] = [];
  if (text !== tokens.join(' '))
    found.push(warning('scope-white-space', 'Scopes are parted by one space each; remove the rest.'));
  if (new Set(tokens).size < tokens.length)
    found.push(warning('scope-duplicate', 'A scope is named twice; remove one.'));
  return found;
}

function lintToken(token: string): LintFinding[] {
  if (!scopeToken.test(token))
    return [
      error(
        'scope-malformed',
        'A scope holds a character that scopes have no place for (RFC 6749 section 3.3); correct it.',
      ),
    ];
  const scope = parseScope(token);
  if (scope.kind === 'plain') {
    if (!/^(?:patient|user|system)\//.test(token)) return [];
    const form = '(patient|user|system)/(Type|*).cruds, or .read, .write or .* of SMART v1';
    return [error('scope-not-smart', `"${shown(token)}" is no SMART scope; write it as ${form}.`)];
  }
  const letters = /\.([cruds]+)(?:\?|$)/.exec(token)?.[1];
  if (letters === undefined || letters === scope.permissions) return [];
  return [
    error(
      'scope-letters',
      `The letters of "${shown(token)}" must come once each in the order c, r, u, d, s; write "${shown(formatScope(scope))}".`,
    ),
  ];
}

function lintTogether(tokens: readonly string[]): LintFinding[] {
  const found: LintFinding[] = [];
  const has = (scope: string) => tokens.includes(scope);
  if (has('fhirUser') && !has('openid'))
    found.push(warning('fhir-user-without-openid', 'The scope fhirUser tells nothing without openid; add openid.'));
  if (has('offline_access') && has('online_access'))
    found.push(
      warning(
        'offline-and-online-access',
        'offline_access and online_access exclude each other; keep the one you need.',
      ),
    );
  return found;
}

function lintAgainstGrants(tokens: readonly string[], scopes: readonly Scope[], grants: Grants): LintFinding[] {
  const { grantTypes, authMethod } = grants;
  const has = (context: string) => scopes.some((scope) => scope.kind === 'resource' && scope.context === context);
  const asksForCode = grantTypes.includes('authorization_code');
  const asksForOwn = grantTypes.includes('client_credentials');
  const refreshes = tokens.some((token) => token === 'offline_access' || token === 'online_access');
  const isSmart = scopes.some(({ kind }) => kind === 'resource');
  const found: LintFinding[] = [];
  if ((has('system') || (asksForOwn && isSmart)) && usesSecret(authMethod))
    found.push(
      finding(
        'error',
        'backend-service-with-secret',
        '/token_endpoint_auth_method',
        'SMART Backend Services authenticate with a key; set the method to private_key_jwt.',
      ),
    );
  if (has('system') && !asksForOwn)
    found.push(
      grantError(
        'system-scope-without-client-credentials',
        'system/ scopes need the client_credentials grant; add it.',
      ),
    );
  if ((has('patient') || has('user')) && asksForOwn && !asksForCode)
    found.push(
      warning('user-scope-without-user', 'patient/ and user/ scopes need a user; ask for system/ scopes instead.'),
    );
  if (asksForCode && has('patient') && !tokens.includes('launch') && !tokens.includes('launch/patient'))
    found.push(
      warning('launch-scope-missing', 'patient/ scopes need a patient: add launch (from the EHR) or launch/patient.'),
    );
  if (refreshes && !grantTypes.includes('refresh_token'))
    found.push(
      grantError(
        'offline-access-without-refresh-token',
        'offline_access and online_access are of no use without the refresh_token grant; add it.',
      ),
    );
  if (asksForCode && grantTypes.includes('refresh_token') && !refreshes)
    found.push(
      warning(
        'refresh-token-without-offline-access',
        'Without offline_access or online_access servers give no refresh token; add one of them, or remove the grant.',
      ),
    );
  return found;
}

const longestShown = 100;

function shown(token: string): string {
  return token.length > longestShown ? `${token.slice(0, longestShown)}…` : token;
}

function error(code: string, message: string): LintFinding {
  return finding('error', code, pointer, message);
}

function grantError(code: string, message: string): LintFinding {
  return finding('error', code, '/grant_types', message);
}

function warning(code: string, message: string): LintFinding {
  return finding('warning', code, pointer, message);
}
