import { type Packet, type PacketDeadline, partyName } from '../../domain/people/packets/packet.ts';
import { durationText } from '../../domain/time/durationText.ts';

/** A value: `exact` is copied character by character, `prose` is read; `link` is an address of a playbook, ours to vouch for. */
export interface Value {
  readonly kind: 'exact' | 'prose' | 'link';
  readonly text: string;
}

interface Field {
  readonly name: string;
  readonly values: readonly Value[];
}

interface Step {
  readonly title: string;
  readonly text: string;
  /** Who, and how long it takes. */
  readonly remark: string;
}

export interface Section {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly fields: readonly Field[];
  readonly steps: readonly Step[];
}

/** A packet in the order in which people read it; what Markdown and HTML are written from. */
export interface Outline {
  readonly title: string;
  readonly sections: readonly Section[];
}

/** What stands where the application says nothing. */
const nothing: Value = { kind: 'prose', text: 'none' };

export function outlineOf(packet: Packet): Outline {
  const sections = [
    overview(packet),
    missing(packet),
    application(packet),
    client(packet),
    server(packet),
    steps(packet),
    pasteBack(packet),
    deadlines(packet),
    notes(packet),
  ];
  return {
    title: `Client registration: ${packet.application.name} at ${packet.healthSystem.name}`,
    sections: sections.filter((section) => section !== null),
  };
}

function overview({ registrationId, preparedAt, healthSystem, environment, fhirBaseUrl, playbook }: Packet): Section {
  const kind = environment.class === 'production' ? 'production' : 'not production';
  return section('Overview', {
    fields: [
      field('Health system', prose(`${healthSystem.name} (${healthSystem.tenantId})`)),
      field('EHR', prose(playbook.vendor), ...links(playbook.portal)),
      field('Environment', prose(`${environment.name} (${kind})`)),
      field('FHIR base URL', exact(fhirBaseUrl)),
      field('Registration', exact(registrationId)),
      field('Prepared', prose(preparedAt)),
    ],
  });
}

function missing({ missing: items }: Packet): Section | null {
  if (items.length === 0) return null;
  return section('Not filled in yet', { paragraphs: items.map(({ message }) => message) });
}

function application({ application: app }: Packet): Section {
  const optional = [
    ['Software id', app.softwareId],
    ['Software version', app.softwareVersion],
  ] as const;
  return section('Application', {
    fields: [
      field('Name', exact(app.name)),
      field('Home page', ...exacts(app.homepage)),
      field('Logo', ...exacts(app.logo)),
      field('Terms of service', ...exacts(app.terms)),
      field('Privacy policy', ...exacts(app.privacy)),
      field('Contacts', ...app.contacts.map(exact)),
      ...optional.flatMap(([name, text]) => (text === null ? [] : [field(name, exact(text))])),
    ],
  });
}

function client({ client: wanted }: Packet): Section {
  return section('OAuth client', {
    paragraphs: ['URLs are registered exactly as they stand here, character by character.'],
    fields: [
      field('Redirect URIs', ...wanted.redirectUris.map(exact)),
      field('Launch URLs', ...wanted.launchUris.map(exact)),
      field('JWKS URL', ...exacts(wanted.jwksUri)),
      ...(wanted.jwks === null ? [] : [field('Public keys (JWKS)', exact(JSON.stringify(wanted.jwks)))]),
      field(
        `Scopes (SMART ${wanted.scopeDialect})`,
        ...(wanted.scopes.length === 0 ? [] : [exact(wanted.scopes.join(' '))]),
      ),
      ...(wanted.scopeNotes.length === 0 ? [] : [field('About the scopes', ...wanted.scopeNotes.map(prose))]),
      field('Grant types', ...wanted.grantTypes.map(exact)),
      field('Response types', ...wanted.responseTypes.map(exact)),
      field('Authentication at the token endpoint', exact(wanted.tokenEndpointAuthMethod)),
      ...Object.entries(wanted.further).map(([name, value]) =>
        field(name, exact(typeof value === 'string' ? value : JSON.stringify(value))),
      ),
    ],
  });
}

function server({ server: found }: Packet): Section {
  return section('Authorization server, as discovered', {
    fields: [
      field('Issuer', ...exacts(found.issuer)),
      field('Authorization endpoint', ...exacts(found.authorizationEndpoint)),
      field('Token endpoint', ...exacts(found.tokenEndpoint)),
    ],
  });
}

function steps(packet: Packet): Section {
  return section('Steps', {
    steps: packet.steps.map(({ title, text, who, expectedWait }) => ({
      title,
      text,
      remark: `By ${partyName(who, packet)}. Expected wait: ${expectedWait === null ? 'not known' : durationText(expectedWait)}.`,
    })),
  });
}

function pasteBack({ pasteBack: { command, path, fields }, playbook }: Packet): Section {
  const { distribution } = playbook;
  return section('To bring back', {
    paragraphs: [
      'What the registration yields goes straight into the secret store of Registrar. Never put a secret into a ticket, a mail or this document.',
      ...(distribution === null
        ? []
        : [
            `A new credential may be refused for up to ${durationText(distribution)} until it has reached every server; it is not called broken before.`,
          ]),
    ],
    fields: [
      ...fields.map(({ label, field: member, where, required }) =>
        field(label, prose(where), exact(member), prose(required ? 'Needed.' : 'Only where there is one.')),
      ),
      field('Command', exact(command)),
      field('API', exact(`POST ${path}`)),
    ],
  });
}

const duties: Readonly<Record<PacketDeadline['duty'], string>> = {
  verify: 'Verification of the application developer (ten business days)',
  enable: 'Registration and enablement for production (five business days)',
};

function deadlines({ deadlines: clocks, playbook }: Packet): Section | null {
  if (clocks.length === 0) return null;
  const ifCertified = clocks.some(({ applies }) => applies === 'if-certified');
  const conditional = ifCertified
    ? [`It is not known whether the technology of ${playbook.vendor} is certified. The deadlines apply if it is.`]
    : [];
  return section('Deadlines', {
    paragraphs: [
      'Developers of certified API technology owe these, not health systems. Business days leave out weekends and US federal holidays, in US Eastern time.',
      ...conditional,
    ],
    fields: clocks.map((clock) => field(duties[clock.duty], prose(deadlineText(clock)), prose(clock.citation))),
  });
}

function deadlineText({ state, owedBy, dueOn, startedAt, applies }: PacketDeadline): string {
  const who = owedBy === null ? '' : ` Owed by ${owedBy}${applies === 'yes' ? '' : ', if certified'}.`;
  if (dueOn === null || startedAt === null) return `Not started.${who}`;
  const end = {
    running: `Due on ${dueOn}.`,
    met: `Was due on ${dueOn}, and met.`,
    missed: `Was due on ${dueOn}: late.`,
  };
  return `${state === 'not-started' ? 'Not started.' : end[state]} Started at ${startedAt}.${who}`;
}

function notes({ playbook }: Packet): Section | null {
  const { notes: texts, sources } = playbook;
  if (texts.length + sources.length === 0) return null;
  return section('Notes', {
    paragraphs: texts,
    fields: sources.map(({ title, url }) => field('Source', prose(title), ...links(url))),
  });
}

function section(title: string, parts: Partial<Omit<Section, 'title'>>): Section {
  return { title, paragraphs: [], fields: [], steps: [], ...parts };
}

function field(name: string, ...values: readonly Value[]): Field {
  return { name, values: values.length === 0 ? [nothing] : values };
}

function exact(text: string): Value {
  return { kind: 'exact', text };
}

function prose(text: string): Value {
  return { kind: 'prose', text };
}

function exacts(text: string | null): Value[] {
  return text === null ? [] : [exact(text)];
}

function links(url: string | null): Value[] {
  return url === null ? [] : [{ kind: 'link', text: url }];
}
