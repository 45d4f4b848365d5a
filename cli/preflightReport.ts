import type { PreflightReport } from '../domain/discovery/preflight.ts';
import type { Finding, ScopesView } from '../domain/registration/view.ts';
import { plainText, wrap } from './plainText.ts';
import { type Colour, type Look, painter } from './render.ts';

type Severity = Finding['severity'];
type Severe = Finding & { readonly pointer?: string };

const severities: readonly Severity[] = ['error', 'warning', 'info'];
const colours: Readonly<Record<Severity, Colour>> = { error: 'red', warning: 'yellow', info: 'gray' };

const ways: Readonly<Record<'dynamic' | 'manual' | 'unknown', string>> = {
  dynamic: 'dynamic: Registrar registers the client',
  manual: 'manual: a person registers the client',
  unknown: 'not known: nothing usable could be read',
};

/** Whether a registration can go ahead: there is a way to a client, and no finding of severity error. */
export function canGoAhead({ method, discovery, lint }: PreflightReport): boolean {
  return method !== null && [...discovery.findings, ...lint].every(({ severity }) => severity !== 'error');
}

/** What `preflight` shows. Text of the health system cannot steer the terminal. */
export function preflightLines(fhirBaseUrl: string, report: PreflightReport, look: Look): string[] {
  const { method, discovery, lint, scopes } = report;
  return [
    plainText(fhirBaseUrl),
    ...factLines(report),
    ...section('Discovery', findingLines(discovery.findings, look)),
    ...section('Client metadata', findingLines(lint, look)),
    ...section('Scopes', scopes === null || method === null ? [] : scopeLines(scopes, look)),
    '',
    ...wrap(plainText(`Next: ${report.nextAction}`), look.columns),
  ];
}

function factLines({ method, discovery }: PreflightReport): string[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Method', ways[method ?? 'unknown']],
    ['Registration endpoint', withSource(discovery.registrationEndpoint, discovery.registrationSource)],
    [
      'To be approved',
      withSource(discovery.candidate?.registrationEndpoint ?? null, discovery.candidate?.source ?? 'none'),
    ],
    ['Token endpoint', withSource(discovery.tokenEndpoint, discovery.source)],
    ['Authorization endpoint', discovery.authorizationEndpoint],
    ['Issuer', discovery.issuer],
  ];
  const known = facts.filter(([, value]) => value !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `  ${name.padEnd(width)}  ${plainText(String(value))}`);
}

function withSource(endpoint: string | null, source: string): string | null {
  return endpoint === null ? null : `${endpoint} (${source})`;
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', name, ...lines];
}

function findingLines(findings: readonly Severe[], look: Look): string[] {
  const paint = painter(look);
  const ordered = severities.flatMap((severity) => findings.filter((found) => found.severity === severity));
  return ordered.flatMap(({ severity, code, pointer, message }) => {
    const place = pointer === undefined ? '' : ` at ${pointer}`;
    return [`  ${paint(colours[severity], severity)} ${plainText(code + place)}`, ...indented(message, look)];
  });
}

function scopeLines({ requested, sent, advertised, differences }: ScopesView, look: Look): string[] {
  return [
    ...listed(`Asked for: ${requested.join(' ')}`, look),
    ...(sent === undefined ? [] : listed(`Sent as: ${sent.join(' ')}`, look)),
    ...(advertised === null
      ? ['  The server does not say which scopes it knows.']
      : listed(`Advertised: ${advertised.length === 0 ? 'none' : advertised.join(' ')}`, look)),
    ...differences.flatMap(({ kind, message }) => [`  ${kind}`, ...indented(message, look)]),
  ];
}

function listed(text: string, look: Look): string[] {
  return wrap(plainText(text), look.columns - 2).map((line) => `  ${line}`);
}

function indented(text: string, look: Look): string[] {
  return wrap(plainText(text), look.columns - 4).map((line) => `    ${line}`);
}
