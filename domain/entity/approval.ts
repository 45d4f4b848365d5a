import { namedEndpoint } from '../discovery/diff.ts';
import { needsApproval } from '../discovery/document.ts';
import type { DiscoveryCandidate, DiscoveryView, EndpointApproval } from '../registration/view.ts';
import type { EntityState } from './state.ts';

/**
 * What was read, with its candidate as registration endpoint where an administrator's approval of exactly this endpoint
 * in exactly this document holds, or the policy `allowIssuerEndpoint` lets it pass: that is for what the issuer's own
 * document names on the site of the FHIR base URL, never for another site.
 */
export function admit(state: Pick<EntityState, 'discovery' | 'config'>, found: DiscoveryView): DiscoveryView {
  const { candidate } = found;
  const approval = state.discovery?.approval;
  if (candidate === undefined) return keepAcknowledged(state.discovery, found);
  if (approval !== undefined && isSamePair(approval, candidate)) return approved(found, candidate);
  const byPolicy = state.config.policies.allowIssuerEndpoint && candidate.sameSite && isOfIssuer(candidate);
  return byPolicy ? withEndpoint(found, candidate) : found;
}

/** Whether an approval is of this endpoint as this very document names it. */
export function isSamePair(approval: EndpointApproval, waiting: EndpointApproval): boolean {
  return (
    approval.registrationEndpoint === waiting.registrationEndpoint && approval.evidenceHash === waiting.evidenceHash
  );
}

/** What waits for an administrator's word, or null. */
export function waitingPair({ discovery }: Pick<EntityState, 'discovery'>): EndpointApproval | null {
  return discovery?.proposal ?? discovery?.candidate ?? null;
}

/** The endpoint that a reading names, with the hash of the document that does; null when no document does. */
export function candidateOf(view: DiscoveryView): DiscoveryCandidate | null {
  if (view.candidate !== undefined) return view.candidate;
  const { registrationEndpoint, registrationSource: source, registrationHash: evidenceHash } = view;
  if (registrationEndpoint === null || evidenceHash === undefined || source === 'operator' || source === 'none')
    return null;
  return { registrationEndpoint, source, evidenceHash, sameSite: true };
}

/** A reading whose endpoint waits for an administrator, although its document alone would do. */
export function asCandidate(view: DiscoveryView): DiscoveryView {
  const candidate = candidateOf(view);
  return candidate === null ? view : { ...view, registrationEndpoint: null, registrationSource: 'none', candidate };
}

/** A reading with its candidate used on an administrator's word. */
export function approved(found: DiscoveryView, candidate: DiscoveryCandidate): DiscoveryView {
  const { registrationEndpoint, evidenceHash } = candidate;
  return { ...withEndpoint(found, candidate), approval: { registrationEndpoint, evidenceHash } };
}

/** An endpoint that is gone with an administrator's knowledge goes on managing the client that was registered there. */
export function acknowledged(found: DiscoveryView, before: DiscoveryView, approval: EndpointApproval): DiscoveryView {
  const { registrationEndpoint, registrationSource } = before;
  return { ...found, registrationEndpoint, registrationSource, approval };
}

function keepAcknowledged(before: DiscoveryView | null, found: DiscoveryView): DiscoveryView {
  if (before?.approval?.registrationEndpoint !== null || namedEndpoint(found) !== null) return found;
  return acknowledged(found, before, before.approval);
}

function withEndpoint({ candidate: _, ...found }: DiscoveryView, candidate: DiscoveryCandidate): DiscoveryView {
  return {
    ...found,
    registrationEndpoint: candidate.registrationEndpoint,
    registrationSource: candidate.source,
    registrationHash: candidate.evidenceHash,
    findings: found.findings.filter(({ code }) => code !== needsApproval),
  };
}

function isOfIssuer({ source }: DiscoveryCandidate): boolean {
  return source === 'oauth-authorization-server' || source === 'openid-configuration';
}
