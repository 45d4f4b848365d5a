import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeycloakClientResult } from '../../../domain/servers/keycloakClients.ts';
import { describeWith } from '../../support/describeWith.ts';
import { KeycloakRealmForTest } from '../../support/keycloakRealm.ts';
import { type Product, scratch, startProduct, testPolicy } from '../../support/product.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');

describeWith(
  ['keycloak', 'temporal'],
  'registrar keycloak client, beside a running registrar start',
  ({ keycloak, temporal }) => {
    let realm: KeycloakRealmForTest;
    let product: Product;
    let directory: Awaited<ReturnType<typeof scratch>>;
    let work: string;
    const secrets: string[] = [];
    const shown: string[] = [];

    beforeAll(async () => {
      realm = await KeycloakRealmForTest.open(keycloak);
      directory = await scratch();
      work = dirname(directory.dataDir);
      product = await startProduct({
        dataDir: directory.dataDir,
        // The first SAML request of a Keycloak takes its time on a busy machine.
        policy: { ...testPolicy, httpTotal: 25_000, requestStep: 60_000 },
        environment: {
          ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
          REGISTRAR_ALLOWED_HOSTS: realm.host,
        },
      });
    });
    afterAll(async () => {
      expect(await product?.stop()).toBe(0);
      await realm.remove();
      await directory.remove();
    });

    /** The command in a process of its own, as a person runs it; standard input is what they paste. */
    async function run(args: string[], input = '') {
      const child = execFile(process.execPath, [main, 'keycloak', 'client', ...args, '--realm', realm.issuer], {
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], REGISTRAR_DATA_DIR: directory.dataDir },
      });
      let [out, notes] = ['', ''];
      child.stdout?.on('data', (text: string) => (out += text));
      child.stderr?.on('data', (text: string) => (notes += text));
      child.stdin?.end(input);
      const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
      shown.push(out, notes);
      return { exitCode, out, notes };
    }

    async function json(args: string[], input?: string): Promise<KeycloakClientResult> {
      const { exitCode, out, notes } = await run([...args, '--json'], input);
      expect([exitCode, notes]).toEqual([0, '']);
      return JSON.parse(out) as KeycloakClientResult;
    }

    test('the whole life of a client', async () => {
      const { token } = await realm.initialAccessToken();
      secrets.push(token);
      const made = await run(
        [
          'create',
          '--as',
          'initial-access-token',
          '--secret-stdin',
          '--set',
          'clientId=chart-app',
          '--set',
          'name=Chart',
        ],
        `${token}\n`,
      );
      expect(made.exitCode).toBe(0);
      expect(made.out).toMatch(/^Client chart-app was registered at .*\nClient secret: keycloak\/\S+\/client, version/);
      expect(made.out).toMatch(/\nRegistration access token: keycloak\/\S+\/management, version/);
      secrets.push(await realm.secret('chart-app'));

      const read = await run(['get', 'chart-app']);
      expect(read.out).toContain('"secret": "[withheld]"');
      expect((await json(['get', 'chart-app', '--provider', 'install', '--as', 'client'])).client).toMatchObject({
        resource: 'chart-app',
        credentials: { secret: '[withheld]' },
      });

      await json(['update', 'chart-app', '--set', 'redirectUris=["https://app.example.org/cb"]']);
      expect(await realm.client('chart-app')).toMatchObject({
        name: 'Chart',
        redirectUris: ['https://app.example.org/cb'],
      });

      const secret = await realm.serviceAccount('registrar');
      secrets.push(secret);
      await writeFile(join(work, 'service-secret'), Buffer.from(await realm.user('ann')));
      const asUser = ['--as', 'user', '--account', 'ann', '--secret-file', join(work, 'service-secret')];
      const renewed = await json(['update-token', 'chart-app', ...asUser]);
      expect(renewed.managementRef?.versionId).not.toBeNull();

      expect((await run(['delete', 'chart-app'])).out).toMatch(/^Client chart-app was deleted/);
      expect(await realm.client('chart-app')).toBeNull();
    });

    test('a SAML client by its descriptor', async () => {
      const entityId = 'https://sp.example.org/saml';
      await writeFile(
        join(work, 'sp.xml'),
        `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><SPSSODescriptor
        protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService index="1"
        Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example.org/acs"/>
        </SPSSODescriptor></EntityDescriptor>`,
      );
      const { token } = await realm.initialAccessToken();
      const made = await json(
        [
          ...['create', '--provider', 'saml2-entity-descriptor', '--file', join(work, 'sp.xml')],
          ...['--as', 'initial-access-token', '--secret-stdin'],
        ],
        token,
      );
      expect(made.clientId).toBe(entityId);
      expect((await run(['delete', entityId])).exitCode).toBe(0);
    });

    test('a refusal is one line with the reason, what the server says and what to do', async () => {
      const refused = await run(['create', '--as', 'anonymous', '--set', 'clientId=nobody']);
      expect(refused.exitCode).toBe(1);
      expect(refused.notes).toMatch(/Trusted Hosts policy.*Supply an initial access token.*Host not trusted\.\n$/);
      const { notes } = await run(['create', '--as', 'anonymous', '--set', 'clientId=nobody', '--json']);
      expect(JSON.parse(notes)).toMatchObject({ error: { problem: { reason: 'TrustedHostsPolicyRefused' } } });
    });

    test('no secret is in an output, a log or a plain file', async () => {
      const files = (await readdir(directory.dataDir, { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      );
      const contents = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
      const everywhere = [...shown, ...contents, await product.log(), await product.output()];
      expect(files.length).toBeGreaterThan(5);
      for (const secret of secrets) for (const text of everywhere) expect(text.includes(secret)).toBe(false);
    });
  },
);
