import type { JsonWebKeySet } from '../../client/keys.ts';
import { textsOf } from '../../client/lint/finding.ts';
import type { ClientMetadata } from '../../client/metadata.ts';
import { type RegistrationOffer, requestedMetadata, requestedScopes } from '../../client/requested.ts';
import type { RegistrationConfig } from '../../registration/config.ts';
import type { RegistrationView } from '../../registration/view.ts';
import { toRfc3339 } from '../../time/clock.ts';
import { type ClockReadings, type StatutoryClock, statutoryClocks } from '../deadlines/statutoryClocks.ts';
import type { Playbook } from '../playbooks/playbook.ts';
import type { RecognisedBy } from '../playbooks/recognise.ts';
import type { Packet, PacketDeadline } from './packet.ts';

/** What a packet is made from. */
export interface PacketParts {
  readonly config: RegistrationConfig;
  readonly view: Pick<RegistrationView, 'discovery' | 'credential'>;
  readonly tenantName: string;
  readonly launchUris: readonly string[];
  /** Public keys that Registrar made for the client, by URL or, where nobody outside reaches Registrar, by value. */
  readonly keys: { readonly jwksUri: string } | { readonly jwks: JsonWebKeySet } | null;
  readonly playbook: Playbook;
  readonly recognisedBy: RecognisedBy;
  /** How far the task has come; milliseconds since the epoch, UTC. Null = the deadlines do not concern it. */
  readonly progress: Pick<ClockReadings, 'submittedAt' | 'verifiedAt' | 'enabledAt'> | null;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** The packet of a registration: its effective client metadata as this server wants them, and the playbook of its vendor. */
export function buildPacket(parts: PacketParts): Packet {
  const { config, view, playbook } = parts;
  const { registrationId } = config;
  return {
    registrationId,
    preparedAt: toRfc3339(parts.now),
    healthSystem: { tenantId: config.tenantId, name: parts.tenantName },
    environment: { name: config.environment, class: config.environmentClass },
    fhirBaseUrl: config.fhirBaseUrl,
    application: applicationOf(config),
    client: clientOf(parts),
    server: {
      issuer: view.discovery?.issuer ?? config.issuer,
      authorizationEndpoint: view.discovery?.authorizationEndpoint ?? null,
      tokenEndpoint: view.discovery?.tokenEndpoint ?? null,
    },
    playbook: {
      id: playbook.id,
      vendor: playbook.vendor,
      recognisedBy: parts.recognisedBy,
      portal: playbook.portal,
      certified: playbook.certified.answer,
      developer: playbook.certified.developer,
      distribution: playbook.distribution.longest,
      notes: playbook.notes.map(({ text }) => text),
      sources: playbook.sources.map(({ title, url }) => ({ title, url })),
    },
    steps: playbook.steps.map(({ title, text, who, expectedWait }) => ({ title, text, who, expectedWait })),
    pasteBack: {
      path: `/v1/registrations/${registrationId}/credential`,
      command: `registrar credential supply ${registrationId}`,
      fields: playbook.pasteBack.map(({ field, label, where, required }) => ({ field, label, where, required })),
    },
    deadlines: deadlinesOf(parts),
    missing: missingIn(config.metadata),
  };
}

function applicationOf({ applicationId, metadata }: RegistrationConfig): Packet['application'] {
  const text = (member: string): string | null => {
    const value = metadata[member];
    return typeof value === 'string' ? value : null;
  };
  return {
    applicationId,
    name: text('client_name') ?? applicationId,
    homepage: text('client_uri'),
    logo: text('logo_uri'),
    terms: text('tos_uri'),
    privacy: text('policy_uri'),
    contacts: textsOf(metadata, 'contacts'),
    softwareId: text('software_id'),
    softwareVersion: text('software_version'),
  };
}

function clientOf({ config, view, launchUris, playbook, keys }: PacketParts): Packet['client'] {
  const offer = offerOf(view, playbook);
  const requested = requestedMetadata(config, offer, view.credential?.authMethod ?? null);
  const { sent, dialect, differences } = requestedScopes(config, offer);
  const own = requested['jwks_uri'];
  const jwksUri = typeof own === 'string' ? own : keys !== null && 'jwksUri' in keys ? keys.jwksUri : null;
  return {
    redirectUris: textsOf(requested, 'redirect_uris'),
    launchUris,
    jwksUri,
    jwks: keys !== null && 'jwks' in keys ? keys.jwks : null,
    scopes: sent,
    scopeDialect: dialect,
    scopeNotes: differences.map(({ message }) => message),
    grantTypes: textsOf(requested, 'grant_types'),
    responseTypes: textsOf(requested, 'response_types'),
    tokenEndpointAuthMethod: String(requested['token_endpoint_auth_method']),
    further: Object.fromEntries(Object.entries(requested).filter(([member]) => !shown.has(member))),
  };
}

/** What the server's documents say; where they say nothing about scopes, the dialect that the playbook knows. */
function offerOf({ discovery }: PacketParts['view'], playbook: Playbook): RegistrationOffer {
  const capabilities = discovery?.capabilities ?? null;
  const scopesSupported = discovery?.scopesSupported ?? null;
  const tokenEndpointAuthMethods = discovery?.tokenEndpointAuthMethods ?? null;
  const { dialect } = playbook.scopes;
  const silent = scopesSupported === null && !capabilities?.some((name) => name.startsWith('permission-v'));
  if (!silent || dialect === 'unknown') return { capabilities, scopesSupported, tokenEndpointAuthMethods };
  return {
    capabilities: [...(capabilities ?? []), `permission-${dialect}`],
    scopesSupported,
    tokenEndpointAuthMethods,
  };
}

/** Members that the packet says under names of their own. */
const shown: ReadonlySet<string> = new Set([
  'client_name',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
  'contacts',
  'software_id',
  'software_version',
  'redirect_uris',
  'jwks_uri',
  'scope',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
] satisfies (keyof ClientMetadata)[]);

function deadlinesOf({ config, playbook, progress, now }: PacketParts): PacketDeadline[] {
  if (progress === null) return [];
  const { answer: certified, developer } = playbook.certified;
  const { environmentClass } = config;
  return statutoryClocks({ certified, developer, environmentClass, ...progress, now }).map(deadline);
}

function deadline({ duty, citation, owedBy, applies, state, startedAt, dueAt, dueOn }: StatutoryClock): PacketDeadline {
  const text = (at: number | null) => (at === null ? null : toRfc3339(at));
  return { duty, citation, owedBy, applies, state, startedAt: text(startedAt), dueAt: text(dueAt), dueOn };
}

const asked = [
  ['client_uri', 'home page'],
  ['logo_uri', 'logo'],
  ['tos_uri', 'terms of service'],
  ['policy_uri', 'privacy policy'],
  ['contacts', 'contact'],
] as const;

function missingIn(metadata: Readonly<Record<string, unknown>>): Packet['missing'] {
  return asked
    .filter(([member]) => metadata[member] === undefined || String(metadata[member]) === '')
    .map(([member, what]) => ({
      pointer: `/clientMetadata/${member}`,
      message: `Portals ask for a ${what}; the application has none. Set ${member} in its client metadata.`,
    }));
}
