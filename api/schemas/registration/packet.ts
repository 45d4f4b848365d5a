import { z } from 'zod';
import { parties, pasteBackFields } from '../../../domain/people/playbooks/playbook.ts';
import { environmentClasses } from '../../../domain/words.ts';
import { instantText, word } from '../common.ts';

const textOrNull = z.string().nullable();
const texts = z.array(z.string());
const duration = z.string().nullable().describe('ISO 8601 duration; null = not known');

/** Forms of the packet by their names in `format`, with their media types. */
export const packetTypes = {
  json: 'application/json',
  markdown: 'text/markdown',
  html: 'text/html',
} as const;
export type PacketFormat = keyof typeof packetTypes;

export const packetQuery = z.strictObject({
  format: z
    .enum(Object.keys(packetTypes) as [PacketFormat, ...PacketFormat[]])
    .optional()
    .describe('Outranks the header Accept'),
});

/** The packet as JSON. */
export const packetView = z
  .object({
    registrationId: z.string(),
    preparedAt: instantText,
    healthSystem: z.object({ tenantId: z.string(), name: z.string() }),
    environment: z.object({ name: z.string(), class: word(environmentClasses) }),
    fhirBaseUrl: z.string(),
    application: z.object({
      applicationId: z.string(),
      name: z.string(),
      homepage: textOrNull,
      logo: textOrNull,
      terms: textOrNull,
      privacy: textOrNull,
      contacts: texts,
      softwareId: textOrNull,
      softwareVersion: textOrNull,
    }),
    client: z.object({
      redirectUris: texts,
      launchUris: texts,
      jwksUri: textOrNull,
      jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).nullable(),
      scopes: texts.describe('In the dialect of the server'),
      scopeDialect: word(['v1', 'v2']),
      scopeNotes: texts.describe('Why the scopes are not written as the application writes them'),
      grantTypes: texts,
      responseTypes: texts,
      tokenEndpointAuthMethod: z.string(),
      further: z.record(z.string(), z.unknown()).describe('Further client metadata, by their names in the application'),
    }),
    server: z.object({ issuer: textOrNull, authorizationEndpoint: textOrNull, tokenEndpoint: textOrNull }),
    playbook: z.object({
      id: z.string(),
      vendor: z.string(),
      recognisedBy: word(['vendor', 'fhir-base-url', 'authorization-server', 'none']),
      portal: textOrNull,
      certified: word(['yes', 'no', 'unknown']),
      developer: textOrNull.describe('Who owes the deadlines'),
      distribution: duration,
      notes: texts,
      sources: z.array(z.object({ title: z.string(), url: textOrNull })),
    }),
    steps: z.array(z.object({ title: z.string(), text: z.string(), who: word(parties), expectedWait: duration })),
    pasteBack: z.object({
      path: z.string(),
      command: z.string(),
      fields: z.array(
        z.object({ field: word(pasteBackFields), label: z.string(), where: z.string(), required: z.boolean() }),
      ),
    }),
    deadlines: z.array(
      z.object({
        duty: word(['verify', 'enable']),
        citation: z.string(),
        owedBy: textOrNull,
        applies: word(['yes', 'if-certified']),
        state: word(['not-started', 'running', 'met', 'missed']),
        startedAt: instantText.nullable(),
        dueAt: instantText.nullable().describe('First moment at which it is too late'),
        dueOn: textOrNull.describe('Last day in time, in US Eastern time'),
      }),
    ),
    missing: z.array(z.object({ pointer: z.string(), message: z.string() })),
  })
  .meta({ id: 'Packet' });
