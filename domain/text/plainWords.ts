/** What a schema says of a value, as far as it is read here; zod's own union cannot be indexed by its parts. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly expected?: string | undefined;
  readonly format?: string | undefined;
  readonly origin?: string | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly values?: readonly unknown[] | undefined;
  readonly message: string;
}

/** How zod begins what nobody gave words of their own. */
const ofSchema = /^(?:Invalid|Too small|Too big|Unrecognized)\b/;

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with members',
  record: 'an object with members',
};
const formats: Readonly<Record<string, string>> = {
  url: 'an absolute URL such as https://app.example.org/page',
  datetime: 'a time in UTC such as 2026-12-24T00:00:00Z',
};
const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', set: ' entries' };

/** Says in plain words what a value must be. A message that was written for it stays; no value is repeated. */
export function plainWords(issue: SchemaIssue): string {
  if (!ofSchema.test(issue.message)) return issue.message;
  if (/received undefined$/.test(issue.message)) return 'it is missing';
  const unit = units[issue.origin ?? ''] ?? '';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected ?? ''] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values === undefined ? issue.message : oneOf(issue.values);
    case 'invalid_format':
      return `must be ${formats[issue.format ?? ''] ?? 'of the expected form; the API description at /docs shows it'}`;
    case 'too_small':
      return issue.minimum === 1 && unit !== '' ? 'must not be empty' : `must be at least ${issue.minimum}${unit}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit}`;
    default:
      return issue.message;
  }
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => `"${String(value)}"`);
  return words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`;
}
