/** Whether two JSON values are the same, whatever the order of their members (a jsonb column does not keep it). */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSameJson(item, other[index]));
  if (isObject(one) && isObject(other)) {
    const names = membersOf(one);
    return names.length === membersOf(other).length && names.every((name) => isSameJson(one[name], other[name]));
  }
  return one === other;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(value: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined);
}
