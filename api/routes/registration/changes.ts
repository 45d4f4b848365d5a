import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Application, effectiveMetadata, policiesOf } from '../../../domain/client/metadata.ts';
import { changedMembers, decideRollout } from '../../../domain/client/rollout.ts';
import type { OwnSettings } from '../../../domain/ports/callers/ownSettings.ts';
import type { RolloutRow } from '../../../domain/ports/lists/rollout.ts';
import { explain } from '../../../domain/reasons/index.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { callerOf } from '../../plugins/authentication.ts';
import { registrationOf } from '../../plugins/authorization.ts';
import { fault, refuseFaults } from '../../problems/faults.ts';
import { notFound } from '../../problems/problem.ts';
import { type Actions, action } from '../../requests/actions.ts';
import { storeChange, unknownRevision } from '../../requests/changes.ts';
import { refusedHeaders, replaceHeaders } from '../../requests/discoveryHeaders.ts';
import { judgeHolder } from '../../requests/sharing.ts';
import { pageQuery } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';
import { registrationPatch, rolloutBody, rolloutView } from '../../schemas/registration/change.ts';

/** Changing clients that exist: one of them, and what a revision would change at all of them. */
export const changeRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies; actions: Actions }> = async (
  app,
  { dependencies: { records, discovery }, actions },
) => {
  app.patch('/v1/registrations/:registrationId', {
    ...contract({
      ...action(
        'changeRegistration',
        'Changes client metadata or policies of a registration, and its client where the server can',
        'administrator',
      ),
      body: registrationPatch,
      document: true,
    }),
    handler: (request, reply) => {
      const { revision = null, reason, shareWith, discoveryHeaders } = request.body;
      const registration = registrationOf(request);
      const { registrationId } = registration;
      if (shareWith !== undefined)
        return actions.accept(
          request,
          reply,
          { kind: 'shareClient', details: { holderRegistrationId: shareWith }, reason },
          () => judgeHolder(records, registration, shareWith, callerOf(request).visibility),
        );
      if (discoveryHeaders !== undefined) {
        refuseFaults(refusedHeaders(discovery, discoveryHeaders));
        return actions.accept(request, reply, { kind: 'discover', reason }, async (_, ifRefused) =>
          ifRefused(await replaceHeaders(records, registrationId, discoveryHeaders)),
        );
      }
      return actions.accept(
        request,
        reply,
        { kind: 'changeMetadata', details: { revision }, reason },
        async (_, ifRefused) => ifRefused(await storeChange(records, registration, request.body, callerOf(request).id)),
      );
    },
  });

  app.post('/v1/applications/:applicationId/rollouts', {
    ...contract({
      operationId: 'rollOut',
      summary: 'How a revision would reach each registration, and why; changes nothing, contacts nobody',
      tag: 'Applications',
      access: { role: 'operator', sees: 'application' },
      params: z.object({ applicationId: z.string() }),
      querystring: z.strictObject(pageQuery),
      body: rolloutBody,
      answers: { 200: rolloutView },
    }),
    handler: async (request, reply) => {
      const { applicationId } = request.params;
      const { revision, dryRun } = request.body;
      if (!dryRun)
        refuseFaults([fault('not-available', '/dryRun', 'waves come in a later version; send true, then PATCH each')]);
      const record = await records.application(applicationId);
      if (record === null) throw notFound('application');
      const revisions = new Map<number, Promise<Application | null>>();
      const contentsOf = (wanted: number) => {
        const found = revisions.get(wanted) ?? records.applicationRevision(applicationId, wanted);
        revisions.set(wanted, found);
        return found;
      };
      const wanted = await contentsOf(revision);
      if (wanted === null) throw unknownRevision(revision, record.revision);
      const page = await records.rolloutRows(applicationId, callerOf(request).visibility, request.query);
      const judged = await Promise.all(
        page.items.map(async (row) =>
          judge(row, wanted, row.appliedRevision === null ? null : await contentsOf(row.appliedRevision)),
        ),
      );
      const items = judged.filter((item) => item.class !== 'unchanged');
      return reply.send({
        applicationId,
        revision,
        dryRun: true,
        items,
        unchanged: judged.length - items.length,
        nextCursor: page.nextCursor,
      });
    },
  });
};

function judge(row: RolloutRow, wanted: Application, applied: Application | null) {
  const { registrationId, environment, client, appliedRevision } = row;
  const source = (application: Application, own: OwnSettings) => ({
    metadata: effectiveMetadata(application, environment, own.clientMetadata),
    policies: policiesOf(application, own),
  });
  const after = source(wanted, row.own);
  const before = applied === null ? null : source(applied, row.appliedOwn);
  const members = client === null ? [] : changedMembers(before, after, client.authMethod);
  const authMethod = after.metadata.token_endpoint_auth_method ?? null;
  const decision = decideRollout({ ...row, authMethod, members });
  return { registrationId, ...decision, message: explain(decision.reason), members, appliedRevision };
}
