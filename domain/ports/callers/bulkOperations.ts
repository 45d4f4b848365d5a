/** Milliseconds in which operations that may be a mistake are counted together. */
export const bulkWindow = 3_600_000;

export type BulkTaken =
  /** One of the principal's operations of this hour. */
  | { readonly kind: 'taken' }
  /** This operation is among them already. */
  | { readonly kind: 'counted' }
  /** None is left; `nextAt` (milliseconds since the epoch, UTC) is when the oldest leaves the window. */
  | { readonly kind: 'spent'; readonly nextAt: number };

/** Operations of a kind per principal within the last hour, over all processes (DESIGN section 7, `bulk-limit`). */
export interface BulkOperations {
  /** Takes one, where fewer than `most` are taken. */
  takeBulkOperation(wanted: {
    readonly operationId: string;
    readonly principal: string;
    readonly kind: string;
    readonly most: number;
  }): Promise<BulkTaken>;
  /** Gives back one that did not happen. Repeatable. */
  giveBackBulkOperation(operationId: string): Promise<void>;
}
