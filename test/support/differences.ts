/** Paths at which two JSON values differ, with both values: `redirectUris: ["a"] → ["b"]`. Order of arrays counts. */
export function differences(before: unknown, after: unknown, path = ''): string[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names]
      .sort()
      .flatMap((name) => differences(before[name], after[name], path === '' ? name : `${path}.${name}`));
  }
  const [left, right] = [JSON.stringify(before), JSON.stringify(after)];
  return left === right ? [] : [`${path}: ${left ?? 'absent'} → ${right ?? 'absent'}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
