import type { Selectable } from 'kysely';
import type { EventRecord } from '../../../domain/ports/lists/events.ts';
import type { Reason } from '../../../domain/reasons/index.ts';
import type { EventType } from '../../../domain/registration/view.ts';
import { jsonb } from '../json.ts';
import type { Database } from '../schema.ts';
import type { AuditContent, Link, SubjectKind } from './chain.ts';

type AuditRow = Selectable<Database['audit']>;

export function toRow(content: AuditContent, link: Link) {
  return {
    position: link.position,
    subject_kind: content.subjectKind,
    subject_id: content.subjectId,
    sequence: content.sequence,
    at: content.at,
    type: content.type,
    actor: content.actor,
    reason: content.reason,
    message: content.message,
    operation_id: content.operationId,
    changes: jsonb(content.changes),
    view_sha256: content.viewSha256,
    content_hash: link.contentHash,
    previous_hash: link.previousHash,
    hash: link.hash,
    mac: link.mac,
  };
}

export function contentOf(row: AuditRow): AuditContent {
  return {
    subjectKind: row.subject_kind as SubjectKind,
    subjectId: row.subject_id,
    sequence: row.sequence,
    at: row.at.toISOString(),
    type: row.type,
    actor: row.actor,
    reason: row.reason,
    message: row.message,
    operationId: row.operation_id,
    changes: row.changes,
    viewSha256: row.view_sha256,
  };
}

export function linkOf(row: AuditRow): Link {
  return {
    position: row.position,
    contentHash: row.content_hash,
    previousHash: row.previous_hash,
    hash: row.hash,
    mac: row.mac,
  };
}

/** Of a row with subject kind `registration`. */
export function toEvent(row: AuditRow): EventRecord {
  return {
    position: row.position,
    sequence: row.sequence,
    at: row.at.toISOString(),
    type: row.type as EventType,
    registrationId: row.subject_id,
    actor: row.actor,
    ...(row.reason === null ? {} : { reason: row.reason as Reason }),
    message: row.message,
    ...(row.operation_id === null ? {} : { operationId: row.operation_id }),
    ...(row.changes === null ? {} : { changes: row.changes as NonNullable<EventRecord['changes']> }),
  };
}
