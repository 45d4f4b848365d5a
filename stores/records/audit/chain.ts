import { canonicalJson, cleanJson, sha256 } from '../json.ts';

/** HMAC-SHA256 of the data as hex, keyed for the audit. */
export type Mac = (data: string) => string;
/** Whether a MAC was made by any known key. */
export type VerifyMac = (data: string, mac: string) => boolean;

export const administrativeEventTypes = [
  'application.created',
  'application.changed',
  'tenant.created',
  'tenant.renamed',
  'tenant.removed',
  'tenant.registration-changed',
  'key.created',
  'key.revoked',
] as const;
export type AdministrativeEventType = (typeof administrativeEventTypes)[number];

export type SubjectKind = 'registration' | 'application' | 'tenant' | 'key';

/** What one audit row says. References and words only, never a secret. */
export interface AuditContent {
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  /** From 1, gapless per subject. */
  readonly sequence: number;
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  readonly type: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly message: string;
  readonly operationId: string | null;
  readonly changes: unknown;
  /** SHA-256 (hex) of the projection that is true after the event; null where there is none. */
  readonly viewSha256: string | null;
}

/** A row's place in the chain over all subjects. Hashes are SHA-256 in hex. */
export interface Link {
  readonly position: number;
  readonly contentHash: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly mac: string;
}

export interface ChainHead {
  /** 0 while the audit is empty. */
  readonly position: number;
  readonly hash: string;
}

/** Predecessor of the first row. */
export const genesis: ChainHead = { position: 0, hash: '0'.repeat(64) };

/** The content as the database gives it back, so that its hash can be computed again from the row. */
export function normalContent(content: AuditContent): AuditContent {
  const { subjectKind, subjectId, sequence, type, actor, reason, message, operationId, changes, viewSha256 } = content;
  const at = new Date(content.at).toISOString();
  const normal = {
    subjectKind,
    subjectId,
    sequence,
    at,
    type,
    actor,
    reason,
    message,
    operationId,
    changes,
    viewSha256,
  };
  return cleanJson({ ...normal, changes: changes ?? null }) as AuditContent;
}

/** A content ready to be appended. */
export interface Entry {
  readonly content: AuditContent;
  readonly hash: string;
}

/** Normalises and hashes, which needs no lock. */
export function toEntry(content: AuditContent): Entry {
  const normal = normalContent(content);
  return { content: normal, hash: contentHash(normal) };
}

/** Hash of a {@link normalContent}. */
export function contentHash(content: AuditContent): string {
  return sha256(canonicalJson(content));
}

/** Hash of a projection, whatever the order of its members. */
export function viewHash(view: unknown): string {
  return sha256(canonicalJson(cleanJson(view)));
}

/** The hash binds the content to its position and to everything before it. */
export function linkHash(position: number, previousHash: string, content: string): string {
  return sha256(`${position}\n${previousHash}\n${content}`);
}

/** The next link; the MAC makes sure that only a holder of the key could write it. */
export function nextLink(head: ChainHead, hashOfContent: string, mac: Mac): Link {
  const position = head.position + 1;
  const hash = linkHash(position, head.hash, hashOfContent);
  return { position, contentHash: hashOfContent, previousHash: head.hash, hash, mac: mac(hash) };
}

export type ChainProblem =
  | 'position-missing'
  | 'content-changed'
  | 'previous-hash-differs'
  | 'hash-differs'
  | 'mac-differs'
  | 'head-differs'
  | 'anchor-invalid'
  | 'truncated'
  | 'anchor-differs';

/** Judges one row by its predecessor; null = good. */
export function judgeLink(
  head: ChainHead,
  content: AuditContent,
  link: Link,
  verifyMac: VerifyMac,
): ChainProblem | null {
  if (link.position !== head.position + 1) return 'position-missing';
  if (contentHash(content) !== link.contentHash) return 'content-changed';
  if (link.previousHash !== head.hash) return 'previous-hash-differs';
  if (linkHash(link.position, link.previousHash, link.contentHash) !== link.hash) return 'hash-differs';
  return verifyMac(link.hash, link.mac) ? null : 'mac-differs';
}

/** What is kept outside the database so that a cut-off end shows. */
export interface Anchor {
  readonly position: number;
  readonly hash: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly mac: string;
}

function anchorText(anchor: Omit<Anchor, 'mac'>): string {
  return `anchor\n${anchor.position}\n${anchor.hash}\n${anchor.at}`;
}

export function makeAnchor(head: ChainHead, at: string, mac: Mac): Anchor {
  const anchor = { position: head.position, hash: head.hash, at };
  return { ...anchor, mac: mac(anchorText(anchor)) };
}

export function isGenuineAnchor(anchor: Anchor, verifyMac: VerifyMac): boolean {
  return verifyMac(anchorText(anchor), anchor.mac);
}
