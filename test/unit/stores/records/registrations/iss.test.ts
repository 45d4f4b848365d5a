import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issKey } from '../../../../../stores/records/registrations/iss.ts';

describe('issKey', () => {
  it.each([
    ['https://ehr.example/fhir/', 'https://ehr.example/fhir'],
    ['HTTPS://EHR.Example/fhir', 'https://ehr.example/fhir'],
    ['https://ehr.example:443/fhir', 'https://ehr.example/fhir'],
    ['https://ehr.example', 'https://ehr.example/'],
    ['https://ehr.example/fhir?x=/', 'https://ehr.example/fhir?x='],
  ])('finds %s and %s the same', (one, other) => {
    expect(issKey(one)).toBe(issKey(other));
  });

  it.each([
    ['https://ehr.example/Fhir', 'https://ehr.example/fhir'],
    ['https://ehr.example/fhir//', 'https://ehr.example/fhir'],
    ['https://ehr.example:8443/fhir', 'https://ehr.example/fhir'],
    ['http://ehr.example/fhir', 'https://ehr.example/fhir'],
    ['https://ehr.example/fhir?a=1', 'https://ehr.example/fhir'],
  ])('tells %s from %s', (one, other) => {
    expect(issKey(one)).not.toBe(issKey(other));
  });

  it('takes any text', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof issKey(text) === 'string'));
    expect(issKey('not a url/')).toBe('not a url');
  });
});
