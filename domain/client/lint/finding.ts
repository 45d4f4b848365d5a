import type { Finding } from '../../registration/view.ts';

/** What is wrong with client metadata, or will surprise somebody. */
export interface LintFinding extends Finding {
  /** RFC 6901, into the client metadata; of a missing member: where it should be. Absent = the whole. */
  readonly pointer?: string;
}

/** Client metadata as they would be sent (RFC 7591 section 2); any JSON may stand in any member. */
export type Metadata = Readonly<Record<string, unknown>>;

/** One text of the metadata, and where it stands. */
export interface Entry {
  readonly text: string;
  readonly pointer: string;
}

/** A member that is a text; null when it is missing or something else. */
export function textOf(metadata: Metadata, member: string): string | null {
  const value = metadata[member];
  return typeof value === 'string' ? value : null;
}

/** The texts of a member that is a list; what else stands in it is left to the lint of forms. */
export function entriesOf(metadata: Metadata, member: string): Entry[] {
  const value = metadata[member];
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((text, index) => (typeof text === 'string' ? [{ text, pointer: `/${member}/${index}` }] : []));
}

/** As {@link entriesOf}, texts only; `otherwise` where the member is missing (RFC 7591 section 2 gives defaults). */
export function textsOf(metadata: Metadata, member: string, otherwise: readonly string[] = []): readonly string[] {
  return metadata[member] === undefined ? otherwise : entriesOf(metadata, member).map(({ text }) => text);
}

export function finding(
  severity: Finding['severity'],
  code: string,
  pointer: string | null,
  message: string,
): LintFinding {
  return { code, severity, message, ...(pointer === null ? {} : { pointer }) };
}
