import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Role } from '../../../domain/words.ts';
import { type Actions, action } from '../../requests/actions.ts';
import { reasonBody } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';

interface Held {
  readonly kind: 'suspend' | 'resume' | 'retry' | 'acceptCurrent' | 'overwrite';
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
}

const helds: readonly Held[] = [
  {
    kind: 'suspend',
    path: 'suspend',
    summary: 'Sends nothing to the health system until it is resumed; what is asked for meanwhile waits',
    role: 'operator',
  },
  { kind: 'resume', path: 'resume', summary: 'Goes on where a suspended registration was', role: 'operator' },
  {
    kind: 'retry',
    path: 'retry',
    summary: 'Tries once more what is held, where its reason names this operation',
    role: 'operator',
  },
  {
    kind: 'acceptCurrent',
    path: 'accept-current',
    summary: 'After SecretStoreConflict: takes the version that is current in the secret store',
    role: 'administrator',
  },
  {
    kind: 'overwrite',
    path: 'overwrite',
    summary: 'After SecretStoreConflict: makes the version of Registrar current in the secret store',
    role: 'administrator',
  },
];

/** Stopping a registration, and what lets it go on. */
export const holdRoutes: FastifyPluginAsyncZod<{ actions: Actions }> = async (app, { actions }) => {
  for (const { kind, path, summary, role } of helds)
    app.post(`/v1/registrations/:registrationId/${path}`, {
      ...contract({ ...action(kind, summary, role), body: reasonBody }),
      handler: (request, reply) => actions.accept(request, reply, { kind, reason: request.body?.reason }),
    });
};
