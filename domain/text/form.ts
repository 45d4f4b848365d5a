/** Whether a value is text of a length, counted in UTF-16 code units. */
export function isText(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && value.length >= least && value.length <= most;
}

/** Whether a value is an object without other members than these. */
export function hasOnly(value: unknown, members: readonly string[]): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.keys(value).every((member) => members.includes(member));
}
