import { applicationSchema, effectiveMetadata } from '../../domain/client/metadata.ts';
import { buildPacket, type PacketParts } from '../../domain/people/packets/build.ts';
import type { Packet } from '../../domain/people/packets/packet.ts';
import type { Playbook } from '../../domain/people/playbooks/playbook.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import type { DiscoveryView } from '../../domain/registration/view.ts';
import { loadPlaybooks } from '../../runtime/playbooks.ts';

/** Effective client metadata with everything that a portal asks for. */
export const fullMetadata = {
  client_name: 'Growth Chart',
  redirect_uris: ['https://app.example/callback', 'https://app.example/silent'],
  scope: 'launch openid fhirUser offline_access patient/Observation.rs patient/Patient.read',
  contacts: ['oncall@app.example'],
  client_uri: 'https://app.example',
  logo_uri: 'https://app.example/logo.png',
  tos_uri: 'https://app.example/terms',
  policy_uri: 'https://app.example/privacy',
  software_id: 'growth-chart',
  software_version: '4.2',
  jwks_uri: 'https://app.example/jwks.json',
  dsi_contact: 'dsi@app.example',
};

export const discovered = (changes: Partial<DiscoveryView> = {}): DiscoveryView => ({
  registrationEndpoint: null,
  source: 'smart-configuration',
  registrationSource: 'none',
  tokenEndpoint: 'https://ehr.example/oauth2/token',
  authorizationEndpoint: 'https://ehr.example/oauth2/authorize',
  issuer: 'https://ehr.example/oauth2',
  jwksUri: null,
  scopesSupported: null,
  capabilities: null,
  tokenEndpointAuthMethods: null,
  findings: [],
  evidence: [],
  ...changes,
});

export function aConfig(
  metadata: Readonly<Record<string, unknown>> = fullMetadata,
  changes: Partial<RegistrationConfig> = {},
): RegistrationConfig {
  const application = applicationSchema.parse({ clientMetadata: metadata });
  return {
    registrationId: 'mercy.growth-chart.production.main',
    tenantId: 'mercy',
    applicationId: 'growth-chart',
    environment: 'production',
    environmentClass: 'production',
    endpointId: 'main',
    fhirBaseUrl: 'https://ehr.example/r4',
    method: 'manual',
    registrationEndpoint: null,
    issuer: null,
    holderRegistrationId: null,
    revision: 1,
    ownRevision: 0,
    metadata: effectiveMetadata(application, 'production', null),
    authMethods: application.authMethods,
    rotationPolicy: application.rotationPolicy,
    policies: application.policies,
    ...changes,
  };
}

const { all } = await loadPlaybooks();

export function playbookOf(id: string): Playbook {
  const playbook = all.find((candidate) => candidate.id === id);
  if (playbook === undefined) throw new Error(`no playbook ${id}`);
  return playbook;
}

/** Everything that a packet is made from; for Epic unless said otherwise. */
export function packetParts(changes: Partial<PacketParts> = {}): PacketParts {
  return {
    config: aConfig(),
    view: { discovery: discovered(), credential: null },
    tenantName: 'Mercy Hospital',
    launchUris: ['https://app.example/launch'],
    keys: null,
    playbook: playbookOf('epic'),
    recognisedBy: 'fhir-base-url',
    progress: { submittedAt: null, verifiedAt: null, enabledAt: null },
    now: Date.parse('2026-11-21T12:00:00Z'),
    ...changes,
  };
}

export function aPacket(changes: Partial<PacketParts> = {}): Packet {
  return buildPacket(packetParts(changes));
}

/** Texts that a hostile peer or a careless operator may put anywhere. */
export const hostileTexts: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></code></dd><iframe src=//evil.example>',
  '&lt;b&gt;&#x3c;script&#x3e;',
  '\u001b[31mred\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u009b2J\u0085next\u2028line\u2029paragraph',
  '\u202eoverride\u2066isolate\u200bzero\ufeff',
  '=HYPERLINK("https://evil.example","click")',
  '+1+1|cmd!A0',
  '-2+3',
  '@SUM(1)',
  '# heading\n\n- list\n\n```\nfence',
  '[click](javascript:alert(1)) ![x](https://evil.example/x.png)',
  '``` `tick` ``',
  '`',
  '*bold* _em_ ~~gone~~ | cell | <b>',
  '1. first',
  '> quote',
  '---',
  'https://evil.example www.evil.example evil@evil.example',
  '\\',
  ' ',
  '{{7*7}} <%= 7 %>',
];
