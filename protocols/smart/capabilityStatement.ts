import { isObject } from '../jsonBody.ts';
import { type MemberContext, type ParsedEndpoints, readEndpoint } from './members.ts';

/**
 * OAuth endpoints in a CapabilityStatement, or a DSTU2 Conformance: `rest[].security.extension` whose URL ends with
 * `/StructureDefinition/oauth-uris`. Null when the document is neither. Never throws.
 */
export function parseCapabilityStatement(
  document: Readonly<Record<string, unknown>>,
  context: MemberContext,
): ParsedEndpoints | null {
  const { resourceType } = document;
  if (resourceType !== 'CapabilityStatement' && resourceType !== 'Conformance') return null;
  const extensions = objects(document['rest']).flatMap((rest) =>
    isObject(rest['security']) ? objects(rest['security']['extension']) : [],
  );
  const oauth = extensions
    .filter((entry) => urlEnds(entry, 'oauth-uris'))
    .flatMap((entry) => objects(entry['extension']));
  const endpoint = (name: string) => {
    const found = oauth.find((entry) => entry['url'] === name);
    return readEndpoint(found === undefined ? undefined : addressOf(found), name, context);
  };
  const tokenEndpoint = endpoint('token');
  if (tokenEndpoint === null) {
    context.list.add('token-endpoint-missing', 'error', `The ${resourceType} names no usable token endpoint.`);
  }
  const capabilities = extensions.filter((entry) => urlEnds(entry, 'capabilities')).map((entry) => entry['valueCode']);
  return {
    source: 'capability-statement',
    tokenEndpoint,
    authorizationEndpoint: endpoint('authorize'),
    registrationEndpoint: endpoint('register'),
    managementEndpoint: endpoint('manage'),
    issuer: null,
    jwksUri: null,
    scopesSupported: null,
    capabilities: capabilities.length === 0 ? null : capabilities.filter(isVisibleCode).slice(0, 200),
    tokenEndpointAuthMethods: null,
  };
}

function objects(value: unknown): Readonly<Record<string, unknown>>[] {
  // Some servers write a single object where FHIR asks for a list.
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

function urlEnds(extension: Readonly<Record<string, unknown>>, name: string): boolean {
  const { url } = extension;
  return typeof url === 'string' && url.endsWith(`/StructureDefinition/${name}`);
}

/** `valueUri` as specified; `valueUrl` and `valueString` are seen too. */
function addressOf(extension: Readonly<Record<string, unknown>>): unknown {
  return extension['valueUri'] ?? extension['valueUrl'] ?? extension['valueString'];
}

function isVisibleCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7E]{1,100}$/.test(value);
}
