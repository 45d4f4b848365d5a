import { toldMembers } from '../../client/applied.ts';
import type { ShownClient } from '../../ports/activities.ts';
import { explain } from '../../reasons/index.ts';
import type { Draft } from '../draft.ts';
import type { ClientState } from '../state.ts';
import { clientOf, listedClients } from './known.ts';

/** Changes what is known of a client in use. */
export function noteClient(draft: Draft, clientId: string, patch: Partial<ClientState>): void {
  const clients = listedClients(draft.state);
  draft.set({ clients: clients.map((client) => (client.clientId === clientId ? { ...client, ...patch } : client)) });
}

/** What an answer showed is what the client has. One that shows too little leaves what is known as it is. */
export function noteShown(draft: Draft, shown: ShownClient): void {
  const { clientId, metadata, at, tooLarge } = shown;
  const known = clientOf({ clients: listedClients(draft.state) }, clientId);
  const kept = metadata ?? (tooLarge ? null : (known?.appliedMetadata ?? null));
  noteClient(draft, clientId, {
    appliedMetadata: kept,
    appliedAt: kept === null || metadata === null ? (known?.appliedAt ?? null) : at,
    heldBy: null,
  });
}

/** An update's answer that shows another client than was sent: told, and an administrator chooses. */
export function tellDifferences(draft: Draft, { differs }: ShownClient, operationId: string): void {
  if (differs.length === 0) return;
  const reason = 'ClientMetadataDiffer';
  const message = `${explain(reason)} Other than sent: ${toldMembers(differs)}.`;
  draft.attention('metadata', reason, message);
  draft.event({ type: 'registration.attention', reason, message, operationId });
}

/** A read that failed is not made again at once; what is known of the token stays. */
export function noteFailedRead(draft: Draft, clientId: string, operationId: string): void {
  const keptToken = clientOf(draft.state, clientId)?.lastRead?.keptToken ?? null;
  noteClient(draft, clientId, { lastRead: { at: draft.now, keptToken, wholeIn: null, operationId } });
}
