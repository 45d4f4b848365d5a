import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applicationSchema,
  clientMetadataPatchSchema,
  clientMetadataSchema,
  durationSchema,
  effectiveMetadata,
  mergePatch,
} from '../../../../domain/client/metadata.ts';
import { durationToMilliseconds } from '../../../../domain/time/duration.ts';

const metadata = { client_name: 'Portal', redirect_uris: ['https://app.example.org/cb'], scope: 'launch openid' };

describe('client metadata', () => {
  it.each(['client_name', 'redirect_uris', 'scope'])('of an application have %s', (member) => {
    const result = clientMetadataSchema.safeParse({ ...metadata, [member]: undefined });
    expect(result.error?.issues).toMatchObject([{ path: [member], message: `"${member}" is required` }]);
  });

  it.each(['client_id', 'client_secret', 'registration_access_token'])(
    'never have %s, which the server gives',
    (member) => {
      for (const schema of [clientMetadataSchema, clientMetadataPatchSchema]) {
        const result = schema.safeParse({ ...metadata, [member]: 'x' });
        expect(result.error?.issues).toMatchObject([{ path: [member] }]);
        expect(JSON.stringify(result.error?.issues)).not.toContain('"x"');
      }
    },
  );

  it('take a bounded room together, which is recorded with every registration', () => {
    const redirectUris = Array.from(
      { length: 50 },
      (_, index) => `https://app.example.org/${index}/${'x'.repeat(300)}`,
    );
    for (const schema of [clientMetadataSchema, clientMetadataPatchSchema]) {
      const result = schema.safeParse({ ...metadata, redirect_uris: redirectUris });
      expect(result.error?.issues).toMatchObject([{ path: [], message: expect.stringContaining('12000 bytes') }]);
      expect(schema.safeParse({ ...metadata, redirect_uris: redirectUris.slice(0, 30) }).success).toBe(true);
    }
  });

  it('keep members that Registrar does not know', () => {
    expect(clientMetadataSchema.parse({ ...metadata, vendor_hint: 7 })).toMatchObject({ vendor_hint: 7 });
  });

  it('lose a member by null in a patch, but not what every client needs', () => {
    const application = applicationSchema.parse({
      clientMetadata: { ...metadata, logo_uri: 'https://app.example.org/logo' },
    });
    expect(effectiveMetadata(application, 'production', clientMetadataPatchSchema.parse({ logo_uri: null }))).toEqual(
      metadata,
    );
    expect(clientMetadataPatchSchema.safeParse({ scope: null }).success).toBe(false);
  });

  it('are merged from application, environment and registration', () => {
    const application = applicationSchema.parse({
      clientMetadata: metadata,
      environments: {
        test: { class: 'nonProduction', clientMetadata: { client_name: 'Portal (test)', scope: 'openid' } },
      },
    });
    expect(effectiveMetadata(application, 'test', { scope: 'launch' })).toEqual({
      ...metadata,
      client_name: 'Portal (test)',
      scope: 'launch',
    });
  });
});

describe('mergePatch', () => {
  // RFC 7396 appendix A, the cases that differ in kind.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j and %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });
});

describe('a duration', () => {
  it.each([
    ['P30D', 30 * 86_400_000],
    ['PT10M', 600_000],
    ['P1DT2H3M4S', 93_784_000],
  ])('%s is %i ms', (text, milliseconds) => {
    expect(durationToMilliseconds(durationSchema.parse(text))).toBe(milliseconds);
  });

  it.each(['P', 'PT', 'P1DT', '10M', 'P1Y', 'P1M', 'PT1.5S', '-PT1S'])('%s is refused', (text) => {
    expect(durationSchema.safeParse(text).success).toBe(false);
  });

  it('that the schema takes can be read', () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(999_999), (days, hours) => {
        expect(durationToMilliseconds(durationSchema.parse(`P${days}DT${hours}H`))).toBe(
          (days * 24 + hours) * 3_600_000,
        );
      }),
    );
  });
});
