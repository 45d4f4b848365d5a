import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { callerOf } from '../../plugins/authentication.ts';
import { registrationOf } from '../../plugins/authorization.ts';
import { type Actions, action } from '../../requests/actions.ts';
import { playbookOf } from '../../requests/playbookOf.ts';
import { judgeCredential, partCredential } from '../../requests/suppliedCredential.ts';
import { contract } from '../../schemas/contract.ts';
import { credentialBody } from '../../schemas/registration/suppliedCredential.ts';

/** Credentials that people give: manual completion, adoption, and secrets that only a person can replace. */
export const credentialRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies; actions: Actions }> = async (
  app,
  { dependencies, actions },
) => {
  /** A client that lives already works where it is used; a new one may have to reach all of a vendor's servers. */
  function distributionOf(registration: RegistrationView): string | null {
    return registration.method === 'adopt'
      ? null
      : playbookOf(dependencies.playbooks, registration).distribution.longest;
  }

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
      const { details, secrets } = partCredential(request.body, distributionOf(registration));
      const { reason } = request.body;
      return actions.accept(request, reply, { kind: 'supplyCredential', reason, details }, async ({ operationId }) => {
        await judgeCredential(dependencies, callerOf(request), registration, request.body);
        const value = JSON.stringify(secrets);
        await dependencies.putEnteringSecret({ operationId, registrationId, kind: 'credential', value });
      });
    },
  });
};
