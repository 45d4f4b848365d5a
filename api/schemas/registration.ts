import { z } from 'zod';
import { taskStates } from '../../domain/people/tasks/task.ts';
import { reasons } from '../../domain/reasons/index.ts';
import { releases } from '../../domain/registration/hold.ts';
import { eventTypes, evidenceHeaders, scopeDifferenceKinds } from '../../domain/registration/view.ts';
import {
  authMethods,
  conditionTypes,
  credentialHealths,
  discoverySources,
  documentSources,
  methods,
  phases,
  strategies,
} from '../../domain/words.ts';
import { idPart, instantText, links, pageQuery, word } from './common.ts';

const reason = word(Object.keys(reasons));
const textOrNull = z.string().nullable();
const texts = z.array(z.string());
const instantOrNull = instantText.nullable();

const condition = z.object({
  type: word(conditionTypes),
  status: word(['True', 'False', 'Unknown']),
  reason,
  message: z.string(),
  lastTransitionTime: instantText,
});

/** Something worth knowing about a document. */
export const findingView = z.object({
  code: z.string(),
  severity: word(['info', 'warning', 'error']),
  message: z.string(),
});

const endpointApproval = {
  registrationEndpoint: textOrNull,
  evidenceHash: z.string().describe('SHA-256 in hexadecimal of the raw document that names the endpoint'),
};

const reading = z.object({
  registrationEndpoint: textOrNull,
  source: word(discoverySources),
  registrationSource: word(discoverySources),
  candidate: z
    .object({
      registrationEndpoint: z.string(),
      source: word(documentSources),
      evidenceHash: z.string(),
      sameSite: z.boolean().describe('Whether the endpoint is on the site of the FHIR base URL'),
    })
    .optional()
    .describe('A registration endpoint that waits for an administrator; nothing is sent to it'),
  approval: z
    .object(endpointApproval)
    .optional()
    .describe('What an administrator approved; void when the endpoint or the document changes'),
  sourceHash: z.string().optional(),
  registrationHash: z.string().optional(),
  tokenEndpoint: textOrNull,
  authorizationEndpoint: textOrNull,
  issuer: textOrNull,
  jwksUri: textOrNull,
  scopesSupported: texts.nullable(),
  capabilities: texts.nullable(),
  tokenEndpointAuthMethods: texts.nullable(),
  tokenEndpointAuthSigningAlgs: texts.optional(),
  introspectionEndpoint: z.string().optional(),
  pushedRequestEndpoint: z.string().optional(),
  serverCredential: word(['service', 'administrator', 'unusable'])
    .optional()
    .describe('Credential of the authorization server that Registrar holds; absent: none'),
  findings: z.array(findingView),
  evidence: z.array(
    z.object({
      url: z.string(),
      sha256: z.string(),
      fetchedAt: instantText,
      status: z.number().int(),
      bytes: z.number().int(),
      headers: z.partialRecord(z.enum(evidenceHeaders), z.string()).optional(),
    }),
  ),
});

/** What discovery found. */
export const discoveryView = reading.extend({
  proposal: z
    .object({ ...endpointApproval, changed: texts, view: reading })
    .optional()
    .describe('What was read last and is not used, as a client lives at the approved endpoints'),
});

const credential = z.object({
  clientId: z.string(),
  authMethod: word(authMethods),
  ref: z
    .object({ store: word(['database', 'aws', 'azure']), name: z.string(), versionId: z.string() })
    .describe('Where the application reads the credential; the value never leaves the store'),
  issuedAt: instantText,
  expiresAt: instantOrNull.describe('Null: never expires when expiryKnown, otherwise unknown'),
  expiryKnown: z.boolean(),
  clientExpiresAt: instantOrNull,
  rotationDueAt: instantOrNull,
  strategy: word(strategies),
  manageable: z.boolean().optional().describe('Whether the client can be read and changed from here (RFC 7592)'),
  provedAt: instantOrNull,
  findings: z.array(findingView).optional().describe('What is odd about its life; absent: nothing'),
});

/** Scopes, and where what was asked, advertised, registered and granted differ. */
export const scopesView = z.object({
  requested: texts,
  sent: texts.optional().describe('In the dialect of the server; absent where Registrar sends none'),
  advertised: texts.nullable(),
  registered: texts.nullable(),
  granted: texts.nullable(),
  differences: z.array(z.object({ scope: z.string(), kind: word(scopeDifferenceKinds), message: z.string() })),
});

const task = z
  .object({
    kind: word(['registration', 'rotation', 'metadata']).describe('What a person is to bring about'),
    state: word(taskStates),
    since: instantText,
    owner: textOrNull,
    reference: textOrNull,
    submittedAt: instantOrNull,
    verifiedAt: instantOrNull,
    note: textOrNull,
    vendor: z
      .object({
        playbookId: z.string(),
        certified: word(['yes', 'no', 'unknown']),
        developer: textOrNull,
        expectedWait: z.number().nullable().describe('Milliseconds'),
      })
      .nullable(),
    toldUntil: instantText.describe('Until when reminders and deadlines were told'),
    change: z
      .object({ revision: z.number().int(), ownRevision: z.number().int(), members: texts })
      .optional()
      .describe('Client metadata to change by hand; note the state `verified` when it was done'),
    clocks: z
      .array(
        z.object({
          duty: word(['verify', 'enable']),
          citation: z.string(),
          owedBy: textOrNull.describe('The developer of the certified technology'),
          applies: word(['yes', 'if-certified']),
          state: word(['not-started', 'running', 'met', 'missed']),
          startedAt: instantOrNull,
          doneAt: instantOrNull,
          dueAt: instantOrNull,
          dueOn: textOrNull.describe('Last day in time'),
        }),
      )
      .describe('45 CFR 170.404(b)(1)'),
  })
  .describe('What a person is to bring about; absent while nobody is needed');

/** A registration as lists answer it. */
export const registrationView = z
  .object({
    registrationId: z.string(),
    tenantId: z.string(),
    applicationId: z.string(),
    environment: z.string(),
    endpointId: z.string(),
    fhirBaseUrl: z.string(),
    method: word(methods),
    clientBinding: word(['own', 'shared']),
    holderRegistrationId: z.string().optional().describe('Whose client it is, when it is shared'),
    phase: word(phases),
    suspended: z
      .object({ since: instantText, phase: word(phases).describe('The phase beneath, which is kept') })
      .optional()
      .describe('Present while nothing is sent until somebody resumes the registration'),
    credentialHealth: word(credentialHealths),
    conditions: z.array(condition),
    nextAttemptAt: instantOrNull,
    hold: z
      .object({
        reason,
        releasedBy: z
          .array(word(releases))
          .describe('Operations; `changeMetadata` and `shareClient` are PATCH, the others have their own route'),
        since: instantText,
      })
      .optional()
      .describe('Present while nothing more is tried until one of these operations releases it'),
    discovery: discoveryView.nullable(),
    credential: credential.nullable(),
    scopes: scopesView.nullable(),
    appliedRevision: z.number().int().nullable(),
    desiredRevision: z.number().int().describe('The newest of the application'),
    ownRevision: z
      .object({ applied: z.number().int().nullable(), desired: z.number().int() })
      .optional()
      .describe('The same of what the registration sets itself; 0 = as it was added'),
    task: task.optional(),
    sequence: z.number().int(),
  })
  .meta({ id: 'Registration' });

/** One registration, with links. */
export const registrationWithLinks = registrationView.extend({
  shareableWith: texts
    .optional()
    .describe('Registrations whose client this one could share instead of getting its own'),
  links,
});

/** One line of the audit timeline. */
export const eventView = z
  .object({
    position: z.number().int().describe('Global, in commit order'),
    sequence: z.number().int().describe('Of this registration, from 1'),
    at: instantText,
    type: word(eventTypes),
    registrationId: z.string(),
    actor: z.string(),
    reason: reason.optional(),
    message: z.string(),
    operationId: z.string().optional(),
    changes: z.record(z.string(), z.object({ from: z.unknown().optional(), to: z.unknown().optional() })).optional(),
  })
  .meta({ id: 'Event' });

const sortable = ['registrationId', 'expiresAt', 'rotationDueAt', 'changedAt'] as const;

export const registrationQuery = z.strictObject({
  ...pageQuery,
  phase: z.enum(phases).optional(),
  credentialHealth: z.enum(credentialHealths).optional(),
  needsAttention: z.enum(['true', 'false']).optional(),
  applicationId: idPart.optional(),
  environment: idPart.optional(),
  tenantId: idPart.optional(),
  iss: z.string().min(1).max(2000).optional().describe('FHIR base URL of a launch; several registrations may match'),
  q: z.string().min(1).max(200).optional().describe('Part of a tenant id or name, registration id or FHIR base URL'),
  sort: z
    .enum(sortable.flatMap((field) => [field, `-${field}` as const]))
    .optional()
    .describe('`-` before it: descending'),
});

/** Answer of every action: the outcome is an event with this `operationId`. */
export const acceptedOperation = z.object({ operationId: z.string(), registrationId: z.string() });
