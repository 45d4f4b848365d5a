import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { type Actions, action } from '../actions.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { registrationOf } from '../plugins/authorization.ts';
import { contract } from '../schemas/contract.ts';
import { credentialBody } from '../schemas/suppliedCredential.ts';
import { judgeCredential, partCredential } from '../suppliedCredential.ts';

/** Credentials that people give: manual completion, adoption, and secrets that only a person can replace. */
export const credentialRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies; actions: Actions }> = async (
  app,
  { dependencies, actions },
) => {
  app.post('/v1/registrations/:registrationId/credential', {
    ...contract({
      ...action(
        'supplyCredential',
        'Supplies the credential of a client that exists: its secrets are sealed at once, then proved',
        'operator',
      ),
      body: credentialBody,
    }),
    handler: (request, reply) => {
      const registration = registrationOf(request);
      const { registrationId } = registration;
      const { details, secrets } = partCredential(request.body);
      const { reason } = request.body;
      return actions.accept(request, reply, { kind: 'supplyCredential', reason, details }, async ({ operationId }) => {
        await judgeCredential(dependencies, callerOf(request), registration, request.body);
        const value = JSON.stringify(secrets);
        await dependencies.putEnteringSecret({ operationId, registrationId, kind: 'credential', value });
      });
    },
  });
};
