/** What the caller may see: null = no bound. */
export interface Visibility {
  readonly tenantIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
}
