import { entriesOf, finding, type LintFinding, type Metadata } from './finding.ts';

const texts = [
  'application_type',
  'client_name',
  'client_uri',
  'initiate_login_uri',
  'jwks_uri',
  'logo_uri',
  'policy_uri',
  'scope',
  'software_id',
  'software_statement',
  'software_version',
  'token_endpoint_auth_method',
  'tos_uri',
] as const;
const lists = ['contacts', 'grant_types', 'redirect_uris', 'response_types'] as const;

/** JSON types of the members of RFC 7591 section 2, and lists that name something twice. */
export function lintForms(metadata: Metadata): LintFinding[] {
  const wrongTexts = texts
    .filter((member) => metadata[member] !== undefined && typeof metadata[member] !== 'string')
    .map((member) => malformed(`/${member}`, `"${member}" must be a text`));
  return [...wrongTexts, ...lists.flatMap((member) => lintList(metadata, member))];
}

function lintList(metadata: Metadata, member: (typeof lists)[number]): LintFinding[] {
  const value = metadata[member];
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [malformed(`/${member}`, `"${member}" must be a list of texts`)];
  const wrong = value.flatMap((item: unknown, index) =>
    typeof item === 'string' ? [] : [malformed(`/${member}/${index}`, `Every item of "${member}" must be a text`)],
  );
  const seen = new Set<string>();
  const twice = entriesOf(metadata, member).filter(({ text }) => seen.size === seen.add(text).size);
  return [
    ...wrong,
    ...twice.map(({ pointer }) =>
      finding('warning', 'duplicate-value', pointer, `"${member}" names this twice; remove one.`),
    ),
  ];
}

function malformed(pointer: string, rule: string): LintFinding {
  return finding('error', 'member-malformed', pointer, `${rule} (RFC 7591 section 2); correct it.`);
}
