import { readWebUrl } from '../../text/webUrl.ts';
import type { Playbook, Playbooks } from './playbook.ts';

/** What is known of the server that a client is to be registered at. */
export interface Recognisable {
  /** Playbook id that a person gave; outranks everything. */
  readonly vendor: string | null;
  readonly fhirBaseUrl: string;
  /** Of the approved discovery; null = not known. */
  readonly tokenEndpoint: string | null;
  readonly authorizationEndpoint: string | null;
  readonly issuer: string | null;
}

/** Why a playbook was taken. */
export type RecognisedBy = 'vendor' | 'fhir-base-url' | 'authorization-server' | 'none';

/**
 * The playbook that fits: the one a person named, else by the host or path of the FHIR base URL, else by the hosts of
 * its authorization server, else the generic one. A host says more than a path, which anybody may use.
 */
export function recognisePlaybook(
  { all, generic }: Playbooks,
  known: Recognisable,
): { readonly playbook: Playbook; readonly by: RecognisedBy } {
  const named = all.find(({ id }) => id === known.vendor);
  if (named !== undefined) return { playbook: named, by: 'vendor' };
  const servers = [known.tokenEndpoint, known.authorizationEndpoint, known.issuer].filter((url) => url !== null);
  const byBase = all.find((playbook) => hasHostOf(playbook, known.fhirBaseUrl));
  if (byBase !== undefined) return { playbook: byBase, by: 'fhir-base-url' };
  const byServer = all.find((playbook) => servers.some((url) => hasHostOf(playbook, url)));
  if (byServer !== undefined) return { playbook: byServer, by: 'authorization-server' };
  const byPath = all.find((playbook) => hasPathOf(playbook, known.fhirBaseUrl));
  return byPath === undefined ? { playbook: generic, by: 'none' } : { playbook: byPath, by: 'fhir-base-url' };
}

function hasHostOf({ recognise }: Playbook, url: string): boolean {
  const host = readWebUrl(url)?.host;
  return host !== undefined && recognise.hosts.some((pattern) => isHost(pattern, host));
}

function isHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function hasPathOf({ recognise }: Playbook, url: string): boolean {
  if (readWebUrl(url) === null) return false;
  const path = `${/^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? ''}/`.toLowerCase();
  return recognise.paths.some((part) => path.includes(part));
}
