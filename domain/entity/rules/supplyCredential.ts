import { accepted, type Rule } from './rule.ts';

/** A credential that a person gives: the end of the human path, adoption, and a secret that only a person can replace. */
export const supplyCredential: Rule<'supplyCredential'> = {
  refusal({ config, phase, discovery, hold, rotation, pending }) {
    if (config.holderRegistrationId !== null)
      return `The client belongs to ${config.holderRegistrationId}; supply its credential there.`;
    if (discovery?.tokenEndpoint == null)
      return 'The endpoints of the health system are not known yet. Supply the credential once they are discovered.';
    if (phase === 'registering' && hold === null)
      return 'A client is being registered at this moment. Supply the credential when that is over.';
    return rotation !== null && rotation.actor !== 'system' && pending === null
      ? `A rotation is under way already, as operation ${rotation.operationId}.`
      : null;
  },

  begin(draft, operation) {
    draft.set({ activeOperation: operation });
    draft.event(accepted(operation, `A credential of client ${operation.details?.clientId} was supplied.`));
  },
};
