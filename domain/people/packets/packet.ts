import type { JsonWebKeySet } from '../../client/keys.ts';
import type { ScopeDialect } from '../../scopes/dialect.ts';
import type { EnvironmentClass } from '../../words.ts';
import type { Certified, StatutoryClock, StatutoryDuty } from '../deadlines/statutoryClocks.ts';
import type { Party, PasteBackField } from '../playbooks/playbook.ts';
import type { RecognisedBy } from '../playbooks/recognise.ts';

/** A clock of {@link StatutoryClock} with its times as RFC 3339 UTC. */
export interface PacketDeadline {
  readonly duty: StatutoryDuty;
  readonly citation: string;
  readonly owedBy: string | null;
  readonly applies: StatutoryClock['applies'];
  readonly state: StatutoryClock['state'];
  readonly startedAt: string | null;
  /** First moment at which it is too late. */
  readonly dueAt: string | null;
  /** Last day in time, in US Eastern time. */
  readonly dueOn: string | null;
}

/**
 * Everything that a vendor portal or a health system asks to register a client by hand, in one document. What
 * `GET /v1/registrations/{registrationId}/packet` answers. It holds no secret.
 */
export interface Packet {
  readonly registrationId: string;
  /** RFC 3339 UTC. */
  readonly preparedAt: string;
  readonly healthSystem: { readonly tenantId: string; readonly name: string };
  readonly environment: { readonly name: string; readonly class: EnvironmentClass };
  readonly fhirBaseUrl: string;
  readonly application: {
    readonly applicationId: string;
    readonly name: string;
    readonly homepage: string | null;
    readonly logo: string | null;
    readonly terms: string | null;
    readonly privacy: string | null;
    readonly contacts: readonly string[];
    readonly softwareId: string | null;
    readonly softwareVersion: string | null;
  };
  readonly client: {
    readonly redirectUris: readonly string[];
    readonly launchUris: readonly string[];
    readonly jwksUri: string | null;
    /** Where there is no URL that the server could reach. */
    readonly jwks: JsonWebKeySet | null;
    /** In the dialect of the server. */
    readonly scopes: readonly string[];
    readonly scopeDialect: ScopeDialect;
    /** Why `scopes` are not written as the application writes them. */
    readonly scopeNotes: readonly string[];
    readonly grantTypes: readonly string[];
    readonly responseTypes: readonly string[];
    readonly tokenEndpointAuthMethod: string;
    /** Further client metadata, by their names in the application. */
    readonly further: Readonly<Record<string, unknown>>;
  };
  /** As discovery read it; null = not known. */
  readonly server: {
    readonly issuer: string | null;
    readonly authorizationEndpoint: string | null;
    readonly tokenEndpoint: string | null;
  };
  readonly playbook: {
    readonly id: string;
    readonly vendor: string;
    readonly recognisedBy: RecognisedBy;
    readonly portal: string | null;
    readonly certified: Certified;
    readonly developer: string | null;
    /** How long a new credential may be refused before it is called broken; null = not known. */
    readonly distribution: string | null;
    readonly notes: readonly string[];
    readonly sources: readonly { readonly title: string; readonly url: string | null }[];
  };
  readonly steps: readonly {
    readonly title: string;
    readonly text: string;
    readonly who: Party;
    /** ISO 8601 duration; null = not known. */
    readonly expectedWait: string | null;
  }[];
  readonly pasteBack: {
    /** Where the API takes it, and the command that does. */
    readonly path: string;
    readonly command: string;
    readonly fields: readonly {
      readonly field: PasteBackField;
      readonly label: string;
      readonly where: string;
      readonly required: boolean;
    }[];
  };
  readonly deadlines: readonly PacketDeadline[];
  /** What portals ask for and the application does not say. */
  readonly missing: readonly { readonly pointer: string; readonly message: string }[];
}

/** Who does a step, in words that a health system understands too. */
export function partyName(who: Party, packet: Pick<Packet, 'application' | 'healthSystem' | 'playbook'>): string {
  switch (who) {
    case 'us':
      return `the team of ${packet.application.name}`;
    case 'health-system':
      return packet.healthSystem.name;
    case 'vendor':
      return packet.playbook.id === 'generic' ? 'the vendor of the EHR' : packet.playbook.vendor;
  }
}
