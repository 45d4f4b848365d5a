import { z } from 'zod';
import { peerUrlObstacle } from '../../api/requests/peerUrls.ts';
import { displayName, idPart } from '../../api/schemas/common.ts';
import { credentialBody } from '../../api/schemas/registration/suppliedCredential.ts';
import { credentialFaults } from '../../domain/credential/faults.ts';
import { formatRegistrationId, maxRegistrationIdLength } from '../../domain/ids.ts';
import { plainWords } from '../../domain/text/plainWords.ts';
import { safeText } from '../../domain/text/redaction.ts';

const url = z.string().min(1).max(2000);

/** One line: a client that lives already. The forms are those of the API, so that both judge alike. */
const lineSchema = z.strictObject({
  ...credentialBody.omit({ reason: true }).shape,
  tenantId: idPart,
  name: displayName.optional(),
  applicationId: idPart,
  environment: idPart.default('production'),
  endpointId: idPart.default('main'),
  fhirBaseUrl: url,
  registrationEndpoint: url.optional(),
  issuer: url.optional(),
});

export interface AdoptionLine {
  /** From 1, as editors count. */
  readonly number: number;
  readonly registrationId: string;
  /** Holds secrets: never printed. */
  readonly given: z.output<typeof lineSchema>;
}

/** What is wrong with a line; repeats nothing that could be a secret. */
export interface LineFault {
  readonly line: number;
  /** RFC 6901 pointer; empty = the line as a whole. */
  readonly pointer: string;
  /** Reason and next step. */
  readonly message: string;
}

/** Characters of a line, and lines of a file. */
const longestLine = 65_536;
const mostLines = 20_000;

/**
 * Reads JSON Lines (one object a line; empty lines are skipped) and judges every line. Pure; never throws.
 *
 * @param now milliseconds since the epoch.
 */
export function parseAdoptionFile(text: string, now: number): { lines: AdoptionLine[]; faults: LineFault[] } {
  const lines: AdoptionLine[] = [];
  const faults: LineFault[] = [];
  const rows = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (rows.length > mostLines + 1)
    return { lines, faults: [{ line: mostLines + 1, pointer: '', message: `more than ${mostLines} lines; split it` }] };
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue;
    const judged = judgeLine(row, index + 1, now);
    if (Array.isArray(judged)) faults.push(...judged);
    else lines.push(judged);
  }
  return { lines, faults: [...faults, ...clashes(lines)].sort((left, right) => left.line - right.line) };
}

function judgeLine(row: string, line: number, now: number): AdoptionLine | LineFault[] {
  const value = parseJson(row, line);
  if ('message' in value) return [value];
  const parsed = lineSchema.safeParse(value.json);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => issueFaults(issue, line));
  const given = parsed.data;
  const faults = credentialFaults(given, now).map(
    ({ member, message }): LineFault => ({ line, pointer: `/${member}`, message }),
  );
  const registrationId = formatRegistrationId(given);
  if (registrationId.length > maxRegistrationIdLength)
    faults.push({
      line,
      pointer: '/tenantId',
      message: `tenantId, applicationId, environment and endpointId are longer than ${maxRegistrationIdLength} characters together; shorten one`,
    });
  for (const [member, kind] of urlMembers) {
    const obstacle = given[member] === undefined ? null : peerUrlObstacle(given[member], kind);
    if (obstacle !== null) faults.push({ line, pointer: `/${member}`, message: `${obstacle}; correct it` });
  }
  return faults.length > 0 ? faults : { number: line, registrationId, given };
}

const urlMembers = [
  ['fhirBaseUrl', 'base'],
  ['registrationEndpoint', 'endpoint'],
  ['issuer', 'base'],
  ['registrationClientUri', 'endpoint'],
] as const;

/** The parser's own message quotes the line, which may hold a secret: only the place is told. */
function parseJson(row: string, line: number): { readonly json: unknown } | LineFault {
  if (row.length > longestLine)
    return { line, pointer: '', message: `is longer than ${longestLine} characters; check it` };
  try {
    return { json: JSON.parse(row) };
  } catch (error) {
    const column = /position (\d+)/.exec(String(error))?.[1];
    const place = column === undefined ? '' : ` (character ${Number(column) + 1})`;
    return { line, pointer: '', message: `is not JSON${place}; write one JSON object on each line` };
  }
}

function issueFaults(issue: z.core.$ZodIssue, line: number): LineFault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      line,
      pointer: `/${safeText(key).slice(0, 60)}`,
      message: 'is not a member that is known here; remove it or correct its name',
    }));
  const pointer = issue.path.map((part) => `/${String(part)}`).join('');
  const message = issue.path.length === 0 ? 'is not a JSON object' : plainWords(issue);
  return [{ line, pointer, message: `${message}; correct it` }];
}

/** What cannot be so in one file: a registration twice, or one client twice at the same FHIR base URL. */
function clashes(lines: readonly AdoptionLine[]): LineFault[] {
  const registrations = new Map<string, number>();
  const clients = new Map<string, number>();
  return lines.flatMap(({ number: line, registrationId, given }) => {
    const client = JSON.stringify([given.fhirBaseUrl.replace(/\/$/, ''), given.clientId]);
    const same = registrations.get(registrationId);
    const held = clients.get(client);
    registrations.set(registrationId, same ?? line);
    clients.set(client, held ?? line);
    if (same !== undefined)
      return [{ line, pointer: '', message: `is the registration of line ${same} again; give another endpointId` }];
    if (held !== undefined)
      return [
        {
          line,
          pointer: '/clientId',
          message: `is the client of line ${held}; exactly one registration holds a client`,
        },
      ];
    return [];
  });
}
