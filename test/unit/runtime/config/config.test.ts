import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../../../runtime/config/config.ts';
import type { Environment } from '../../../../runtime/config/environment.ts';

const masterKey = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const bootstrapKey = `rgk_${Buffer.alloc(32, 9).toString('base64url')}`;
const databaseUrl = 'postgresql://registrar:hunter2@db.internal:5432/registrar';

function problemsOf(environment: Environment, read?: (path: string) => string) {
  try {
    parseConfig(environment, read);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseConfig', () => {
  it('has the documented defaults', () => {
    expect(parseConfig({})).toMatchObject({
      dataDir: expect.stringMatching(/\/\.registrar$/),
      host: '127.0.0.1',
      port: 3000,
      metricsPort: 9464,
      publicUrl: null,
      database: { kind: 'embedded' },
      temporal: { kind: 'embedded' },
      secretStore: 'database',
      masterKey: null,
      allowedHosts: [],
      bootstrapKey: null,
      logLevel: 'info',
      oidc: null,
      warnings: [],
    });
  });

  it('reads every variable', () => {
    const config = parseConfig({
      REGISTRAR_DATA_DIR: '/var/lib/registrar',
      REGISTRAR_HOST: '0.0.0.0',
      REGISTRAR_PORT: '8080',
      REGISTRAR_METRICS_PORT: '0',
      REGISTRAR_PUBLIC_URL: 'https://Registrar.example.org/',
      DATABASE_URL: databaseUrl,
      DATABASE_MIGRATION_URL: 'postgres://owner:pw@db.internal/registrar',
      TEMPORAL_ADDRESS: 'Temporal.internal',
      REGISTRAR_SECRET_STORE: 'aws',
      REGISTRAR_MASTER_KEY: masterKey,
      REGISTRAR_ALLOWED_HOSTS: 'EHR.test:8443, 10.0.0.5:443,[FD00:0::5]:8443',
      REGISTRAR_BOOTSTRAP_KEY: bootstrapKey,
      REGISTRAR_LOG_LEVEL: 'debug',
      REGISTRAR_OIDC_ISSUER: 'https://idp.example.org/realms/x',
      REGISTRAR_OIDC_AUDIENCE: 'registrar',
    });
    expect(config).toMatchObject({
      dataDir: '/var/lib/registrar',
      host: '0.0.0.0',
      port: 8080,
      metricsPort: 0,
      publicUrl: 'https://registrar.example.org',
      temporal: { kind: 'external', address: 'temporal.internal:7233' },
      secretStore: 'aws',
      allowedHosts: ['ehr.test:8443', '10.0.0.5:443', '[fd00::5]:8443'],
      logLevel: 'debug',
      oidc: { issuer: 'https://idp.example.org/realms/x', audience: 'registrar' },
    });
    expect(config.masterKey?.reveal()).toBe(masterKey);
    expect(config.bootstrapKey?.reveal()).toBe(bootstrapKey);
    expect(config.database.kind === 'postgresql' && config.database.url.reveal()).toBe(databaseUrl);
  });

  it('is frozen through and shows no secret when printed or serialised', () => {
    const config = parseConfig({
      DATABASE_URL: databaseUrl,
      REGISTRAR_MASTER_KEY: masterKey,
      REGISTRAR_BOOTSTRAP_KEY: bootstrapKey,
    });
    const printed = [
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(config),
      `${config.masterKey}`,
    ].join();
    for (const secret of [masterKey.slice(3), bootstrapKey, 'hunter2']) expect(printed).not.toContain(secret);
    expect(Object.isFrozen(config.database)).toBe(true);
    expect(Object.isFrozen(config.allowedHosts)).toBe(true);
  });

  it('uses the database URL for migrations when no other is given', () => {
    const { database } = parseConfig({ DATABASE_URL: databaseUrl, REGISTRAR_MASTER_KEY: masterKey });
    expect(database.kind === 'postgresql' && database.migrationUrl.reveal()).toBe(databaseUrl);
  });

  it('counts an empty variable as absent', () => {
    expect(parseConfig({ DATABASE_URL: '', REGISTRAR_PUBLIC_URL: '', REGISTRAR_PORT: '' }).port).toBe(3000);
  });

  it.each([
    ['REGISTRAR_PORT', '65536'],
    ['REGISTRAR_PORT', '-1'],
    ['REGISTRAR_PORT', '80a'],
    ['REGISTRAR_METRICS_PORT', '1e3'],
    ['REGISTRAR_HOST', '[::1]'],
    ['REGISTRAR_HOST', '127.0.0.1:3000'],
    ['REGISTRAR_HOST', '999.1.1.1'],
    ['REGISTRAR_PUBLIC_URL', 'registrar.example.org'],
    ['REGISTRAR_PUBLIC_URL', 'http://registrar.example.org'],
    ['REGISTRAR_PUBLIC_URL', 'https://registrar.example.org/path'],
    ['REGISTRAR_PUBLIC_URL', 'https://user:pw@registrar.example.org'],
    ['REGISTRAR_SECRET_STORE', 'azure'],
    ['REGISTRAR_LOG_LEVEL', 'verbose'],
    ['REGISTRAR_MASTER_KEY', 'k1:short'],
    ['REGISTRAR_MASTER_KEY', Buffer.alloc(32).toString('base64')],
    ['REGISTRAR_BOOTSTRAP_KEY', 'rgk_short'],
    ['REGISTRAR_ALLOWED_HOSTS', 'ehr.test'],
    ['REGISTRAR_ALLOWED_HOSTS', '*.ehr.test:443'],
    ['REGISTRAR_ALLOWED_HOSTS', 'fd00::5:443'],
    ['REGISTRAR_ALLOWED_HOSTS', 'https://ehr.test:443'],
    ['REGISTRAR_ALLOWED_HOSTS', 'ehr.test:0'],
    ['REGISTRAR_ALLOWED_HOSTS', 'ehr.test:443,'],
    ['REGISTRAR_NONSENSE', '1'],
    ['REGISTRAR_PORT_FILE', '/run/port'],
  ])('refuses %s=%s and names it', (variable, value) => {
    const [problem, ...others] = problemsOf({ [variable]: value });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ variable, reason: /./, nextStep: /./ });
  });

  it.each([
    [{ DATABASE_URL: 'mysql://db/registrar', REGISTRAR_MASTER_KEY: masterKey }, 'DATABASE_URL'],
    [{ DATABASE_URL: databaseUrl }, 'REGISTRAR_MASTER_KEY'],
    [{ TEMPORAL_ADDRESS: 'localhost:7233' }, 'REGISTRAR_MASTER_KEY'],
    [{ DATABASE_MIGRATION_URL: databaseUrl }, 'DATABASE_MIGRATION_URL'],
    [{ REGISTRAR_HOST: '0.0.0.0' }, 'REGISTRAR_PUBLIC_URL'],
    [{ REGISTRAR_HOST: '::' }, 'REGISTRAR_PUBLIC_URL'],
    [{ REGISTRAR_OIDC_ISSUER: 'https://idp.example.org' }, 'REGISTRAR_OIDC_AUDIENCE'],
    [{ REGISTRAR_OIDC_AUDIENCE: 'registrar' }, 'REGISTRAR_OIDC_ISSUER'],
  ])('refuses %j because of %s', (environment, variable) => {
    expect(problemsOf(environment).map((problem) => problem.variable)).toEqual([variable]);
  });

  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('needs no public URL on %s', (host) => {
    expect(parseConfig({ REGISTRAR_HOST: host }).host).toBe(host);
  });

  it('prints all problems together, without any secret value', () => {
    const environment = {
      REGISTRAR_PORT: 'x',
      REGISTRAR_HOST: '0.0.0.0',
      DATABASE_URL: 'mysql://user:hunter2@db/x',
      REGISTRAR_BOOTSTRAP_KEY: 'rgk_hunter2',
      REGISTRAR_MASTER_KEY: 'hunter2',
      REGISTRAR_TYPO: 'hunter2',
    };
    const problems = problemsOf(environment);
    expect(problems.map((problem) => problem.variable).sort()).toEqual([
      'DATABASE_URL',
      'REGISTRAR_BOOTSTRAP_KEY',
      'REGISTRAR_MASTER_KEY',
      'REGISTRAR_PORT',
      'REGISTRAR_PUBLIC_URL',
      'REGISTRAR_TYPO',
    ]);
    const { message } = new ConfigError(problems);
    for (const { variable, reason, nextStep } of problems)
      expect(message).toContain(`${variable}: ${reason}. ${nextStep}.`);
    expect(message).not.toContain('hunter2');
  });

  it('lets variables of tests pass and warns of Temporal settings that have no effect', () => {
    const config = parseConfig({ REGISTRAR_TEST_ANYTHING: '1', TEMPORAL_API_KEY: 'secret', TEMPORAL_NAMESPACE: 'x' });
    expect(config.warnings).toEqual([expect.stringContaining('TEMPORAL_API_KEY, TEMPORAL_NAMESPACE')]);
    expect(config.warnings.join()).not.toContain('secret');
  });

  describe('_FILE', () => {
    const files: Record<string, string> = { '/run/key': `${masterKey}\n`, '/run/url': databaseUrl, '/run/empty': '\n' };
    const read = (path: string) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return text;
    };

    it('reads secrets from files', () => {
      const config = parseConfig({ DATABASE_URL_FILE: '/run/url', REGISTRAR_MASTER_KEY_FILE: '/run/key' }, read);
      expect(config.masterKey?.reveal()).toBe(masterKey);
      expect(config.database.kind).toBe('postgresql');
    });

    it.each([
      [{ REGISTRAR_MASTER_KEY_FILE: '/run/none' }, 'REGISTRAR_MASTER_KEY_FILE', 'ENOENT'],
      [{ REGISTRAR_MASTER_KEY_FILE: '/run/empty' }, 'REGISTRAR_MASTER_KEY_FILE', 'empty'],
      [{ REGISTRAR_MASTER_KEY_FILE: '/run/key', REGISTRAR_MASTER_KEY: masterKey }, 'REGISTRAR_MASTER_KEY', 'both'],
    ])('refuses %j once', (environment, variable, reason) => {
      const problems = problemsOf({ ...environment, DATABASE_URL: databaseUrl }, read);
      expect(problems).toEqual([expect.objectContaining({ variable, reason: expect.stringContaining(reason) })]);
    });
  });

  it('answers any environment with a configuration or a ConfigError', () => {
    const variables = [
      'REGISTRAR_PORT',
      'REGISTRAR_HOST',
      'REGISTRAR_PUBLIC_URL',
      'REGISTRAR_ALLOWED_HOSTS',
      'DATABASE_URL',
      'TEMPORAL_ADDRESS',
      'REGISTRAR_MASTER_KEY',
      'REGISTRAR_OIDC_ISSUER',
    ];
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...variables), fc.oneof(fc.string(), fc.webUrl(), fc.ipV6())),
        (environment) => {
          expect(Array.isArray(problemsOf(environment))).toBe(true);
        },
      ),
    );
  });
});
