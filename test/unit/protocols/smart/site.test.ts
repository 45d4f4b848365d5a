import { describe, expect, it } from 'vitest';
import { parseAllowedHosts, parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';
import { isSameSite } from '../../../../protocols/smart/site.ts';

const allowedHosts = parseAllowedHosts(['ehr.internal.org:8443', 'auth.internal.org:443', '10.0.0.1:80']);
const isAllowedUrl = (url: string) => parsePublicUrl(url, allowedHosts).ok;

describe('one site', () => {
  it.each([
    ['the same host', 'https://ehr.example.org/r4', 'https://ehr.example.org/register', true],
    ['another port', 'https://ehr.example.org/r4', 'https://ehr.example.org:8443/register', true],
    ['another host of one domain', 'https://fhir.example.org/r4', 'https://auth.login.example.org/register', true],
    ['another domain', 'https://ehr.example.org/r4', 'https://ehr.example.com/register', false],
    ['one that ends alike', 'https://example.org/r4', 'https://badexample.org/register', false],
    ['a public suffix of two labels', 'https://a.co.uk/r4', 'https://b.co.uk/register', false],
    ['two tenants of a hosting domain', 'https://a.azurewebsites.net/', 'https://b.azurewebsites.net/', false],
    ['the same address', 'https://192.0.2.1/r4', 'https://192.0.2.1:8443/register', true],
    ['another address', 'https://192.0.2.1/r4', 'https://192.0.2.2/register', false],
    ['the same host by IPv6', 'https://[2001:db8::1]/r4', 'https://[2001:db8:0::1]/register', true],
    ['single names', 'https://ehr/r4', 'https://auth/register', false],
    ['an excepted host and itself', 'https://ehr.internal.org:8443/r4', 'https://ehr.internal.org/register', true],
    ['two excepted hosts', 'https://ehr.internal.org:8443/r4', 'https://auth.internal.org/register', false],
    ['an excepted host and a neighbour', 'https://www.internal.org/r4', 'https://auth.internal.org/register', false],
    ['no URL', 'https://ehr.example.org/r4', 'register', false],
  ])('%s', (_name, left, right, expected) => {
    expect(isSameSite(left, right, isAllowedUrl)).toBe(expected);
    expect(isSameSite(right, left, isAllowedUrl)).toBe(expected);
  });
});
