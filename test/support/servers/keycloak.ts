import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeycloakAdmin } from '../keycloakAdmin.ts';
import { NotHere, type Progress, pinned, type Running, type ServerRecipe } from './catalog.ts';
import { cacheFolder, needCommands, outputOf, runShown, which } from './commands.ts';
import { pullImage, runContainer } from './containers.ts';
import { freePort, startProcess, untilReady } from './processes.ts';

const artifact = `org.keycloak:keycloak-quarkus-dist:${pinned.keycloak}:zip`;
const image = `quay.io/keycloak/keycloak:${pinned.keycloak}`;
const realm = 'smart';
const realmFolder = join(import.meta.dirname, '../../../deploy/keycloak');
const features = '--features=client-secret-rotation';

/** Short, so that a test sees a whole rotation. Seconds. */
export const testPeriods = { lifetime: 120, overlap: 60, renewalWindow: 60 } as const;

/** The realm's test user, a patient. */
export const testUser = { username: 'amy-shaw', password: 'patients-only' } as const;

function environment(admin: { username: string; password: string }): Record<string, string> {
  return {
    KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
    KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
    SMART_SECRET_LIFETIME_SECONDS: String(testPeriods.lifetime),
    SMART_SECRET_OVERLAP_SECONDS: String(testPeriods.overlap),
    SMART_SECRET_RENEWAL_WINDOW_SECONDS: String(testPeriods.renewalWindow),
    SMART_TEST_USER_PASSWORD: testUser.password,
  };
}

function newAdmin() {
  return { username: 'admin', password: randomBytes(16).toString('hex') };
}

function checkOf(address: Running<'keycloak'>['address']): () => Promise<string> {
  return async () => {
    const keycloak = new KeycloakAdmin(address);
    await keycloak.realm();
    return keycloak.version();
  };
}

/** The unpacked distribution in the cache. */
async function distribution(progress: Progress): Promise<string> {
  const cache = cacheFolder();
  const home = join(cache, `keycloak-${pinned.keycloak}`);
  await needCommands({ java: 'openjdk-17-jre-headless' }, progress);
  const java = await outputOf(process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java', [
    '-XshowSettings:properties',
    '--version',
  ]);
  if (Number(/^openjdk (\d+)|^java (\d+)/m.exec(java)?.slice(1).find(Boolean) ?? 0) < 17)
    throw new NotHere('Java 17 or newer is needed');
  if (existsSync(home)) return home;
  await needCommands({ mvn: 'maven', unzip: 'unzip' }, progress);
  const fetched = mkdtempSync(join(cache, 'fetching-'));
  try {
    await runShown(
      'mvn',
      [
        ...['-B', '-q', 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'],
        ...[`-Dartifact=${artifact}`, `-DoutputDirectory=${fetched}`],
      ],
      { progress, what: `fetching Keycloak ${pinned.keycloak}` },
    );
    const zip = join(fetched, `keycloak-quarkus-dist-${pinned.keycloak}.zip`);
    await runShown('unzip', ['-q', zip, '-d', fetched], { progress, what: 'unpacking Keycloak' });
    const unpacked = join(fetched, `keycloak-${pinned.keycloak}`);
    await runShown(join(unpacked, 'bin/kc.sh'), ['build', features, '--db=dev-mem'], {
      progress,
      what: 'preparing Keycloak',
    });
    if (!existsSync(home)) renameSync(unpacked, home);
    return home;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}

/** A home of its own for one run: the big folders are shared, data and realm are not. */
function ownHome(home: string): string {
  const own = mkdtempSync(join(tmpdir(), 'registrar-keycloak-'));
  cpSync(join(home, 'bin'), join(own, 'bin'), { recursive: true });
  for (const folder of ['lib', 'conf', 'providers', 'themes']) symlinkSync(join(home, folder), join(own, folder));
  mkdirSync(join(own, 'data/import'), { recursive: true });
  cpSync(join(realmFolder, 'smart-realm.json'), join(own, 'data/import/smart-realm.json'));
  return own;
}

async function startDistribution(home: string): Promise<Running<'keycloak'>> {
  const own = ownHome(home);
  const port = await freePort();
  const admin = newAdmin();
  const server = startProcess(
    join(own, 'bin/kc.sh'),
    [
      ...['start-dev', features, '--db=dev-mem', '--cache=local', '--import-realm'],
      ...['--http-host=127.0.0.1', `--http-port=${port}`, '--log-level=warn'],
    ],
    { env: environment(admin) },
  );
  const address = { url: `http://127.0.0.1:${port}`, realm, admin };
  const version = await untilReady(checkOf(address), { server, timeoutMs: 300_000 });
  return {
    version,
    address,
    async stop() {
      await server.stop();
      rmSync(own, { recursive: true, force: true });
    },
  };
}

export const keycloak: ServerRecipe<'keycloak'> = {
  name: 'keycloak',
  help: 'apt-get install openjdk-17-jre-headless maven unzip   (Keycloak itself is then fetched from Maven)',
  ways: [
    {
      name: 'REGISTRAR_TEST_KEYCLOAK',
      async obtain() {
        const given = process.env.REGISTRAR_TEST_KEYCLOAK;
        if (!given) throw new NotHere('not set');
        const url = new URL(given);
        const address = {
          url: url.origin,
          realm,
          admin: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
        };
        return async () => ({ version: await checkOf(address)(), address, stop: async () => undefined });
      },
    },
    {
      name: 'container',
      async obtain(progress) {
        const engine = await pullImage(image, progress);
        return async () => {
          const admin = newAdmin();
          const container = await runContainer(engine, image, {
            port: 8080,
            args: ['start-dev', features, '--db=dev-mem', '--import-realm'],
            env: environment(admin),
            folders: { '/opt/keycloak/data/import': realmFolder },
          });
          const address = { url: `http://127.0.0.1:${container.port}`, realm, admin };
          const version = await untilReady(checkOf(address), { server: null, timeoutMs: 300_000 });
          return { version, address, stop: container.stop };
        };
      },
    },
    {
      name: 'Maven',
      async obtain(progress) {
        if (process.platform === 'win32') throw new NotHere('not on Windows');
        const home = await distribution(progress);
        if (which('java') === null && !process.env.JAVA_HOME) throw new NotHere('java is not installed');
        return () => startDistribution(home);
      },
    },
  ],
};
