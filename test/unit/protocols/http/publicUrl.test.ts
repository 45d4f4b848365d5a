import { describe, expect, it } from 'vitest';
import { HttpGuardError } from '../../../../protocols/http/httpGuardError.ts';
import { originOf, parseAllowedHosts, parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';

const allowed = parseAllowedHosts([
  '127.0.0.1:8080',
  'ehr.internal:443',
  'plain.internal:80',
  '[::1]:9000',
  'EHR.Test:8443',
]);
const codeOf = (text: string, hosts = allowed): string => {
  const verdict = parsePublicUrl(text, hosts);
  return verdict.ok ? 'ok' : verdict.code;
};

describe('parsePublicUrl', () => {
  it.each([
    'https://fhir.example.org/R4',
    'https://fhir.example.org:443/R4/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/fhir',
    'http://127.0.0.1:8080/fhir',
    'https://127.0.0.1:8080/fhir',
    'https://ehr.internal/fhir',
    'http://plain.internal/fhir',
    'http://[::1]:9000/',
    'https://ehr.test:8443/',
  ])('takes %s', (text) => expect(codeOf(text)).toBe('ok'));

  it.each([
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '１２７.０.０.１',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    '10.1.2.3',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '0',
    '0.0.0.0',
    '[::]',
  ])('refuses the address %s in an https URL', (host) =>
    expect(codeOf(`https://${host}/`)).toBe('address-not-allowed'),
  );

  it.each([
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '[::ffff:a9fe:a9fe]',
    '2852039166',
  ])('refuses the metadata address %s even when it is allow-listed', (host) =>
    expect(codeOf(`http://${host}:80/latest`, parseAllowedHosts([`${host}:80`]))).toBe('address-not-allowed'),
  );

  it.each([
    ['plain http', 'http://fhir.example.org/'],
    ['plain http to another port of an allowed host', 'http://127.0.0.1:8081/'],
    ['userinfo', 'https://user:password@fhir.example.org/'],
    ['user', 'https://user@fhir.example.org/'],
    ['a host before the at sign', 'https://127.0.0.1:8080@evil.example/'],
    ['fragment', 'https://fhir.example.org/#a'],
    ['empty fragment', 'https://fhir.example.org/#'],
    ['another scheme', 'ftp://fhir.example.org/'],
    ['file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,a'],
    ['relative', '/fhir'],
    ['empty', ''],
    ['surrounding space', ' https://fhir.example.org/'],
    ['line break', 'https://fhir.exa\nmple.org/'],
    ['backslash', 'https:\\\\fhir.example.org\\'],
    ['too long', `https://fhir.example.org/${'a'.repeat(4000)}`],
    ['bad port', 'https://fhir.example.org:99999/'],
    ['bad host', 'https://fhir_%zz/'],
  ])('refuses %s', (_name, text) => expect(codeOf(text)).toBe('url-not-allowed'));

  it('says what the next step is for a private address', () => {
    expect(parsePublicUrl('https://10.0.0.1/')).toEqual({
      ok: false,
      code: 'address-not-allowed',
      message: expect.stringContaining('REGISTRAR_ALLOWED_HOSTS'),
    });
  });
});

describe('parseAllowedHosts', () => {
  it.each([
    '',
    'host',
    'host:',
    'host:0',
    'host:65536',
    ':80',
    'http://host:80',
    'host:80/path',
    'a b:80',
    '::1:80',
    'u@h:80',
  ])('refuses %j and names it', (entry) =>
    expect(() => parseAllowedHosts([entry])).toThrow(
      new RangeError(`allowed host "${entry}" must be host:port, for example ehr.internal:8443 or [::1]:8080`),
    ),
  );

  it('compares the host exactly: no suffix, no other port', () => {
    for (const text of ['https://x.ehr.internal/', 'https://ehr.internal:8443/', 'https://ehr.internal./'])
      expect(allowed.has(new URL(text))).toBe(false);
  });
});

describe('originOf', () => {
  it('leaves out default port and path', () => {
    expect(originOf('https://EHR.example:443/token?x=1')).toBe('https://ehr.example');
    expect(originOf(new URL('http://[::1]:80/'))).toBe('http://[::1]');
  });
  it.each(['', 'ehr.example', 'ftp://ehr.example', 'javascript:1'])('refuses %j', (text) =>
    expect(() => originOf(text)).toThrow(HttpGuardError),
  );
});
