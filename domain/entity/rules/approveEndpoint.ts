import { toldUrl } from '../../discovery/document.ts';
import type { DiscoveryView, EndpointApproval } from '../../registration/view.ts';
import { movesShown } from '../after/rediscovered.ts';
import { goOn } from '../after/wayOn.ts';
import { acknowledged, approved, candidateOf, isSamePair, waitingPair } from '../approval.ts';
import { accepted, type Rule } from './rule.ts';

/**
 * An administrator's yes to a registration endpoint, bound to the endpoint and to the document that names it. Where a
 * person was to register the client, Registrar does it from here on.
 */
export const approveEndpoint: Rule<'approveEndpoint'> = {
  refusal(state, { details }) {
    const waiting = waitingPair(state);
    if (details === undefined || waiting === null) return 'No registration endpoint waits for approval.';
    if (!isSamePair(details, waiting))
      return `The endpoint, or the document that names it, is another one. ${told(waiting)}`;
    return moved(state.discovery);
  },

  begin(draft, operation) {
    const { phase, config, discovery, current, pending } = draft.state;
    const waiting = waitingPair(draft.state);
    if (discovery === null || waiting === null) return;
    const next = approvedView(discovery, waiting);
    const isManual = config.method === 'manual' || config.method === 'adopt';
    const takesOver = current === null && pending === null && config.holderRegistrationId === null;
    draft.set({
      discovery: next,
      endpointsMoved: draft.state.endpointsMoved || movesShown(draft.state, next),
      config: takesOver && isManual ? { ...config, method: 'dynamic' } : config,
      // The documents are read once more: what changed meanwhile makes the approval void.
      discoveryRetryAt: takesOver ? null : 0,
    });
    draft.clearAttention('endpoint', 'offer');
    draft.event({
      ...accepted(operation, approvedMessage(waiting)),
      type: 'registration.endpoint-approved',
      changes: {
        registrationEndpoint: { from: discovery.registrationEndpoint, to: waiting.registrationEndpoint },
        evidenceHash: { from: discovery.approval?.evidenceHash ?? null, to: waiting.evidenceHash },
        ...(takesOver && isManual ? { method: { from: config.method, to: 'dynamic' } } : {}),
      },
    });
    if (takesOver) goOn(draft, { phase, discovery });
  },
};

/** The snapshot that is used from now on. */
function approvedView({ proposal, ...before }: DiscoveryView, waiting: EndpointApproval): DiscoveryView {
  const found = proposal?.view ?? before;
  if (waiting.registrationEndpoint === null) {
    const { registrationEndpoint, evidenceHash } = waiting;
    return acknowledged(found, before, { registrationEndpoint, evidenceHash });
  }
  const candidate = candidateOf(found);
  return candidate === null ? found : approved(found, candidate);
}

/** A credential is bound to the origins that it was issued at: another client is needed where they move. */
function moved(discovery: DiscoveryView | null): string | null {
  const names =
    discovery?.proposal?.changed.filter((name) => name !== 'registrationEndpoint' && name !== 'issuer') ?? [];
  if (names.length === 0) return null;
  return `Another origin of the ${names.join(' and ')} cannot be approved for a client that exists: its credential is bound to the old one. Once the health system confirms the move, add the registration anew and retire this one.`;
}

function told({ registrationEndpoint, evidenceHash }: EndpointApproval): string {
  const what = registrationEndpoint === null ? 'That there is none any more' : toldUrl(registrationEndpoint);
  return `${what} with evidenceHash ${evidenceHash} waits for approval now; read the registration again and compare.`;
}

function approvedMessage({ registrationEndpoint, evidenceHash }: EndpointApproval): string {
  if (registrationEndpoint === null) return 'An administrator knows that there is no registration endpoint any more.';
  return `The registration endpoint ${toldUrl(registrationEndpoint)} was approved, as the document with SHA-256 ${evidenceHash} names it.`;
}
