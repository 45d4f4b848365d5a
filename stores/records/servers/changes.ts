import { randomUUID } from 'node:crypto';
import type { AuthorizationServerChanges } from '../../../domain/ports/servers/changes.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import { lockChain, recordAudit } from '../audit/append.ts';
import type { RecordsContext } from '../context.ts';
import { cleanText, jsonb } from '../json.ts';
import { sealJson } from '../sealed.ts';
import { credentialPlace, policiesOf } from './access.ts';
import { serversWhere } from './list.ts';
import { requestWaking } from './seen.ts';

const everybody = { tenantIds: null, applicationIds: null };

/** What administrators of Registrar change about an authorization server; audited, secrets never. */
export function createServerChanges({ db, sealer, auditMacKey, clock }: RecordsContext): AuthorizationServerChanges {
  const subject = (serverId: string) => ({ subjectKind: 'authorization-server', subjectId: serverId }) as const;
  return {
    async patchAuthorizationServer(serverId, patch, actor) {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const before = await trx
          .selectFrom('authorization_servers')
          .selectAll()
          .where('server_id', '=', serverId)
          .executeTakeFirst();
        if (before === undefined) return null;
        const policies = policiesOf(before.policies);
        const given = Object.entries(patch.policies ?? {}).filter(([, value]) => value !== undefined);
        const after = {
          name: patch.name === undefined ? before.name : textOrNull(patch.name),
          notes: patch.notes === undefined ? before.notes : textOrNull(patch.notes),
          policies: { ...policies, ...Object.fromEntries(given) },
        };
        await trx
          .updateTable('authorization_servers')
          .set({ ...after, policies: jsonb(after.policies), changed_at: at })
          .where('server_id', '=', serverId)
          .execute();
        const changes = {
          name: { from: before.name, to: after.name },
          notes: { from: before.notes, to: after.notes },
          policies: { from: policies, to: after.policies },
        };
        const event = {
          type: 'authorization-server.changed',
          message: 'The authorization server was changed.',
        } as const;
        await recordAudit(trx, head, { ...subject(serverId), ...event, at, actor, changes }, auditMacKey);
        const [record] = await serversWhere(trx, everybody, { serverId });
        return record ?? null;
      });
    },

    async putServerCredential(serverId, credential, actor) {
      const at = toRfc3339(clock.now());
      const { kind, clientId } = credential;
      const versionId = randomUUID();
      const sealed = sealJson(sealer, credentialPlace(serverId, kind, versionId), credential);
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const known = await trx
          .selectFrom('authorization_servers')
          .select('server_id')
          .where('server_id', '=', serverId)
          .executeTakeFirst();
        if (known === undefined) return null;
        const row = { client_id: clientId, sealed_credential: sealed, version_id: versionId, put_at: at };
        await trx
          .insertInto('authorization_server_credentials')
          .values({ server_id: serverId, kind, ...row })
          .onConflict((conflict) => conflict.columns(['server_id', 'kind']).doUpdateSet(row))
          .execute();
        await requestWaking(trx, { serverId });
        const { tokenEndpoint, origins, scope } = credential;
        const changes = {
          clientId: { from: null, to: clientId },
          tokenEndpoint: { from: null, to: tokenEndpoint },
          origins: { from: null, to: origins },
          scope: { from: null, to: scope },
        };
        const message = `The ${kind} credential was put.`;
        const event = { type: 'authorization-server.credential-put', message } as const;
        await recordAudit(trx, head, { ...subject(serverId), ...event, at, actor, changes }, auditMacKey);
        return { kind, clientId, putAt: at };
      });
    },

    async removeServerCredential(serverId, kind, actor) {
      const at = toRfc3339(clock.now());
      return db.transaction().execute(async (trx) => {
        const head = await lockChain(trx);
        const removed = await trx
          .deleteFrom('authorization_server_credentials')
          .where('server_id', '=', serverId)
          .where('kind', '=', kind)
          .returning('client_id')
          .executeTakeFirst();
        if (removed === undefined) return false;
        const changes = { clientId: { from: removed.client_id, to: null } };
        const message = `The ${kind} credential was removed.`;
        const event = { type: 'authorization-server.credential-removed', message } as const;
        await recordAudit(trx, head, { ...subject(serverId), ...event, at, actor, changes }, auditMacKey);
        return true;
      });
    },
  };
}

function textOrNull(text: string | null): string | null {
  return text === null ? null : cleanText(text);
}
