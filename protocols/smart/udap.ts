import { toldUrl } from '../../domain/discovery/document.ts';
import { type MemberContext, readEndpoint, readListMember } from './members.ts';

/** What a UDAP metadata document offers (UDAP Server Metadata; HL7 Security for Scalable Registration, section 2). */
export interface UdapMetadata {
  /** Takes signed software statements only: method `udap`, never dynamic registration. */
  readonly registrationEndpoint: string | null;
  /** The profiles that this version knows by name. */
  readonly profiles: readonly string[];
}

/** Null when the document is no UDAP metadata. Adds a finding that tells what is offered. Never throws. */
export function parseUdapMetadata(
  document: Readonly<Record<string, unknown>>,
  context: MemberContext,
): UdapMetadata | null {
  if (!markers.some((name) => document[name] !== undefined && document[name] !== null)) return null;
  const listed = readListMember(document['udap_profiles_supported'], 'udap_profiles_supported', context.list) ?? [];
  const profiles = knownProfiles.filter((profile) => listed.includes(profile));
  const registrationEndpoint = readEndpoint(document['registration_endpoint'], 'registration_endpoint', context);
  const offered = profiles.length === 0 ? '' : ` with ${profiles.join(', ')}`;
  const where = registrationEndpoint === null ? '' : `; its registration endpoint is ${toldUrl(registrationEndpoint)}`;
  context.list.add(
    'udap-offered',
    'info',
    `the server offers registration by signed software statement${offered}${where}. It serves the method udap only.`,
  );
  return { registrationEndpoint, profiles };
}

const markers = ['udap_versions_supported', 'udap_profiles_supported', 'signed_metadata'];
const knownProfiles = ['udap_dcr', 'udap_authn', 'udap_authz', 'udap_to'] as const;
