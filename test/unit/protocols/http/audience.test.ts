import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { audienceSecret, requireAudience } from '../../../../protocols/http/audience.ts';

describe('audienceSecret', () => {
  const secret = audienceSecret('s3cret-value', ['https://as.example/token', 'https://ehr.example:443']);

  it('reduces its audience to origins', () =>
    expect(secret.audience).toEqual(['https://as.example', 'https://ehr.example']));

  it.each([
    ['JSON.stringify', () => JSON.stringify({ secret })],
    ['util.inspect', () => inspect({ secret }, { showHidden: true, depth: 9, getters: false })],
    ['String', () => `${String(secret)}`],
    ['Object.entries', () => inspect(Object.entries(secret))],
    ['a spread', () => inspect({ ...secret })],
    ['structuredClone', () => inspect(structuredClone(secret))],
  ])('is not shown by %s', (_name, show) => expect(show()).not.toContain('s3cret-value'));

  it('gives its value to who asks for it', () => expect(secret.value).toBe('s3cret-value'));
});

describe('requireAudience', () => {
  it.each(['https://as.example/other', 'https://as.example:443/token'])('takes %s', (url) =>
    expect(() => requireAudience(new URL(url), ['https://as.example'])).not.toThrow(),
  );
  it.each([
    'http://as.example/token',
    'https://as.example:8443/token',
    'https://as.example./token',
    'https://as.example.evil/token',
    'https://x.as.example/token',
  ])('refuses %s', (url) =>
    expect(() => requireAudience(new URL(url), ['https://as.example'])).toThrow(
      expect.objectContaining({ code: 'audience-refused', requestSent: false }),
    ),
  );
});
