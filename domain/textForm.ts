/** Whether a value is text of a length, counted in UTF-16 code units. */
export function isText(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && value.length >= least && value.length <= most;
}

/** Whether a value is an object that has all of these members and no other. */
export function hasExactly(value: unknown, members: readonly string[]): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const present = Object.keys(value);
  return present.length === members.length && members.every((member) => present.includes(member));
}
