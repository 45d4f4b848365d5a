import { describe, expect, it } from 'vitest';
import { isCustomHeader, requestHeaders } from '../../../../protocols/http/requestHeaders.ts';

describe('requestHeaders', () => {
  it('always asks for identity and says who we are', () => {
    expect(requestHeaders({ Accept: 'application/json' }, 'Bearer t')).toEqual({
      accept: 'application/json',
      'accept-encoding': 'identity',
      authorization: 'Bearer t',
      'user-agent': 'smart-registrar',
    });
  });

  it.each([
    'Authorization',
    'Cookie',
    'Host',
    'Accept-Encoding',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'a b',
    '',
  ])('refuses a custom %j', (name) => {
    expect(isCustomHeader(name, 'x')).toBe(false);
    expect(() => requestHeaders({ [name]: 'x' }, null)).toThrow(
      expect.objectContaining({ code: 'header-not-allowed' }),
    );
  });

  it.each(['a\r\nhost: evil', 'a\u0000', 'ü€'])('refuses the value %j without repeating it', (text) => {
    expect(() => requestHeaders({ 'x-a': text }, null)).toThrow('header "x-a" may not be set');
    expect(() => requestHeaders({}, `Bearer ${text}`)).toThrow('the credential is no header value');
  });
});
