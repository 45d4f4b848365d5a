import { describe, expect, it } from 'vitest';
import { parseAllowedHosts } from '../../../../protocols/http/publicUrl.ts';
import { isRedirect, nextHop } from '../../../../protocols/http/redirects.ts';

const allowed = parseAllowedHosts(['inside.test:8080', 'inside.test:8081']);
const hop = (url: string, headers: Record<string, string> = {}) => ({ url: new URL(url), headers });
const custom = { accept: 'application/json', 'epic-client-id': 'abc', 'accept-encoding': 'identity' };

describe('nextHop', () => {
  it('resolves a relative location and keeps headers on the same origin', () => {
    const next = nextHop(
      hop('https://ehr.example/a/b', { ...custom, authorization: 'Bearer x' }),
      '../c?d=1#e',
      0,
      allowed,
    );
    expect(next.url.href).toBe('https://ehr.example/c?d=1');
    expect(next.headers).toEqual({ ...custom, authorization: 'Bearer x' });
  });

  it('leaves custom headers behind on another origin, and on the way back', () => {
    const away = nextHop(hop('https://ehr.example/a', custom), 'https://cdn.example/b', 0, allowed);
    expect(away.headers).toEqual({ accept: 'application/json', 'accept-encoding': 'identity' });
    expect(nextHop(away, 'https://ehr.example/a', 1, allowed).headers).not.toHaveProperty('epic-client-id');
  });

  it.each([
    ['another origin with a credential', 'https://cdn.example/', 'redirect-refused', { authorization: 'Bearer x' }],
    ['another port with a credential', 'https://ehr.example:8443/', 'redirect-refused', { authorization: 'Bearer x' }],
    ['a private address', 'https://10.0.0.1/', 'address-not-allowed', {}],
    ['loopback in another notation', 'https://0x7f.1/', 'address-not-allowed', {}],
    ['metadata', 'https://169.254.169.254/latest', 'address-not-allowed', {}],
    ['plain http', 'http://ehr.example/', 'url-not-allowed', {}],
    ['userinfo', 'https://a:b@cdn.example/', 'url-not-allowed', {}],
    ['another scheme', 'file:///etc/passwd', 'url-not-allowed', {}],
    ['a host that only the operator may name', 'http://inside.test:8080/', 'redirect-refused', {}],
    ['what is no URL', 'https://[', 'redirect-refused', {}],
  ])('refuses %s', (_name, location, code, headers) => {
    expect(() => nextHop(hop('https://ehr.example/a', headers), location, 0, allowed)).toThrow(
      expect.objectContaining({ code, requestSent: true }),
    );
  });

  it('lets one allowed host point at another', () => {
    expect(nextHop(hop('http://inside.test:8080/'), 'http://inside.test:8081/x', 0, allowed).url.port).toBe('8081');
  });

  it('follows three and no more', () => {
    expect(nextHop(hop('https://ehr.example/'), '/x', 2, allowed).url.pathname).toBe('/x');
    expect(() => nextHop(hop('https://ehr.example/'), '/x', 3, allowed)).toThrow(
      expect.objectContaining({ code: 'redirect-refused' }),
    );
  });
});

describe('isRedirect', () => {
  it.each([
    [301, true],
    [302, true],
    [303, true],
    [307, true],
    [308, true],
    [300, false],
    [304, false],
    [200, false],
  ])('%i: %s', (status, expected) => expect(isRedirect(status, { location: '/' })).toBe(expected));
  it('needs a location', () => expect(isRedirect(302, {})).toBe(false));
});
