export type RecordsErrorCode =
  | 'exists'
  | 'unknown-application'
  /** The client of the named registration cannot be shared. */
  | 'cannot-share'
  | 'not-empty'
  | 'open-intent'
  | 'sequence-conflict'
  | 'not-found'
  /** The cursor is not one that this list gave. */
  | 'invalid-cursor'
  /** The list cannot be sorted by that. */
  | 'invalid-sort'
  /** The database cannot be reached or used now; worth trying again. */
  | 'unavailable'
  /** The database refused a statement, or a sealed value cannot be opened: a defect or damage, not worth trying again. */
  | 'failed';

/** The message may be shown. `pointer` is an RFC 6901 pointer into the request where one applies. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
  readonly code: RecordsErrorCode;
  readonly pointer: string | null;
  constructor(code: RecordsErrorCode, message: string, pointer: string | null = null) {
    super(message);
    this.code = code;
    this.pointer = pointer;
  }
}
