import { expect, it } from 'vitest';
import { packetMarkdown } from '../../../../../api/packets/markdown.ts';
import { aConfig, aPacket, fullMetadata } from '../../../../support/packets.ts';

const jwksUri = 'https://registrar.example/jwks/opaque';
const jwks = { keys: [{ kty: 'EC', kid: 'k1' }] };
const keyless = Object.fromEntries(Object.entries(fullMetadata).filter(([name]) => name !== 'jwks_uri'));

it('the packet names the URL of the keys that Registrar made', () => {
  const packet = aPacket({ config: aConfig(keyless), keys: { jwksUri } });
  expect(packet.client).toMatchObject({ jwksUri, jwks: null });
  expect(packetMarkdown(packet)).toContain(jwksUri);
});

it('the packet holds the keys where nobody outside reaches their URL', () => {
  const packet = aPacket({ config: aConfig(keyless), keys: { jwks } });
  expect(packet.client).toMatchObject({ jwksUri: null, jwks });
  expect(packetMarkdown(packet)).toContain('"kid":"k1"');
});

it('the URL that the operator gave goes before', () => {
  const own = { ...keyless, jwks_uri: 'https://app.example/jwks' };
  expect(aPacket({ config: aConfig(own), keys: { jwksUri } }).client.jwksUri).toBe('https://app.example/jwks');
});
