import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../runtime/config/error.ts';
import { temporalConnectionOptions } from '../../../../runtime/temporal/connection.ts';

const external = (address: string) => ({ temporal: { kind: 'external' as const, address } });

describe('temporalConnectionOptions', () => {
  let directory: string;
  /** Keeps the developer's own configuration file of Temporal out of the tests. */
  let base: Record<string, string>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'registrar-temporal-'));
    base = { HOME: directory, XDG_CONFIG_HOME: directory, TEMPORAL_CONFIG_FILE: join(directory, 'temporal.toml') };
    await writeFile(join(directory, 'temporal.toml'), '[profile.default]\n');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('uses the embedded server, whatever the variables say', () => {
    const environment = { ...base, TEMPORAL_NAMESPACE: 'x', TEMPORAL_API_KEY: 'k' };
    expect(temporalConnectionOptions({ temporal: { kind: 'embedded' } }, environment, '127.0.0.1:20001')).toEqual({
      connection: { address: '127.0.0.1:20001' },
      namespace: 'default',
    });
  });

  it('allows plaintext on loopback only', () => {
    expect(temporalConnectionOptions(external('localhost:7233'), base)).toEqual({
      connection: { address: 'localhost:7233' },
      namespace: 'default',
    });
    for (const address of ['temporal.internal:7233', '10.0.0.5:7233', '[fd00::5]:7233'])
      for (const tls of [{}, { TEMPORAL_TLS: 'false' }])
        expect(() => temporalConnectionOptions(external(address), { ...base, ...tls })).toThrow(ConfigError);
  });

  it('passes TLS, API key and namespace of the standard variables on', () => {
    const cloud = temporalConnectionOptions(external('ns.acct.tmprl.cloud:7233'), {
      ...base,
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_NAMESPACE: 'ns.acct',
    });
    expect(cloud).toMatchObject({ connection: { tls: true, apiKey: 'key' }, namespace: 'ns.acct' });
    const own = temporalConnectionOptions(external('temporal.internal:7233'), {
      ...base,
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'PEM',
    });
    expect(own.connection.tls).toMatchObject({ serverRootCACertificate: expect.anything() });
  });

  it('reads the API key from a file', async () => {
    const path = join(directory, 'key');
    await writeFile(path, 'from-file\n');
    const options = temporalConnectionOptions(external('x.tmprl.cloud:7233'), { ...base, TEMPORAL_API_KEY_FILE: path });
    expect(options.connection.apiKey).toBe('from-file');
    const missing = { ...base, TEMPORAL_API_KEY_FILE: join(directory, 'none') };
    expect(() => temporalConnectionOptions(external('x.tmprl.cloud:7233'), missing)).toThrow(ConfigError);
  });

  it('does not repeat a broken configuration file, which holds keys', async () => {
    await writeFile(join(directory, 'temporal.toml'), 'api_key = hunter2 [');
    const attempt = () => temporalConnectionOptions(external('x.tmprl.cloud:7233'), base);
    expect(attempt).toThrow(ConfigError);
    expect(attempt).not.toThrow(/hunter2/);
  });
});
