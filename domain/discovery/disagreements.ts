import type { Finding } from '../registration/view.ts';
import { type DocumentEndpoints, documentNames } from './document.ts';

const compared = [
  ['tokenEndpoint', 'token endpoint'],
  ['authorizationEndpoint', 'authorization endpoint'],
  ['registrationEndpoint', 'registration endpoint'],
  ['jwksUri', 'key set URL'],
] as const;

/**
 * Where documents name different endpoints, each compared with the first that names one. A disagreement is no failure:
 * another origin is a warning, another path of the same one a note, another registration endpoint always a warning.
 */
export function disagreements(documents: readonly DocumentEndpoints[]): Finding[] {
  return compared.flatMap(([member, label]) => {
    const [first, ...others] = documents.filter((document) => document[member] !== null);
    if (first === undefined) return [];
    return others
      .filter((other) => other[member] !== first[member])
      .map((other): Finding => {
        const near = member !== 'registrationEndpoint' && originOf(other[member]) === originOf(first[member]);
        return {
          code: 'documents-disagree',
          severity: near ? 'info' : 'warning',
          message: `The ${documentNames[other.source]} names another ${label} than the ${documentNames[first.source]}.`,
        };
      });
  });
}

/** Scheme and authority by text; the URLs were normalised when they were read. */
function originOf(url: string | null): string | undefined {
  return url?.split('/', 3).join('/');
}
