import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { NotHere, type Running, type ServerRecipe } from './catalog.ts';
import { aptInstall, outputOf, which } from './commands.ts';
import { pullImage, runContainer } from './containers.ts';
import { freePort, startProcess, untilReady } from './processes.ts';

const image = 'docker.io/library/postgres:15-alpine';
const oldest = 15;

/** Such as `15.14`. */
async function serverVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'of unknown version';
  } finally {
    await client.end();
  }
}

/** Folder with `initdb` and `postgres`, the oldest version that will do, or null. */
function binaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const candidates = versions
    .filter((version) => version >= oldest)
    .sort((a, b) => a - b)
    .map((version) => join(debian, String(version), 'bin'));
  const onPath = which('initdb');
  if (onPath !== null) candidates.push(dirname(onPath));
  return candidates.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

interface Runner {
  /** Owner of the data folder; null: whoever runs the tests. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Command and arguments that run a command as the owner. */
  commandLine(command: string, args: readonly string[]): [string, string[]];
}

/** `initdb` and `postgres` refuse root: as root they run as `postgres`, or as `nobody` where there is none. */
async function runner(): Promise<Runner> {
  if (process.getuid?.() !== 0) return { owner: null, commandLine: (command, args) => [command, [...args]] };
  for (const user of ['postgres', 'nobody']) {
    try {
      const uid = Number(await outputOf('id', ['-u', user]));
      const gid = Number(await outputOf('id', ['-g', user]));
      const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
      return { owner: { uid, gid }, commandLine: (command, args) => ['setpriv', [...identity, command, ...args]] };
    } catch {
      // No such user: the next one.
    }
  }
  throw new NotHere('PostgreSQL does not run as root, and there is no other user');
}

async function startBinaries(folder: string): Promise<Running<'postgres'>> {
  const data = mkdtempSync(join(tmpdir(), 'registrar-postgres-'));
  const { owner, commandLine } = await runner();
  if (owner !== null) chownSync(data, owner.uid, owner.gid);
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  await outputOf(...commandLine(join(folder, 'initdb'), initdb), 120_000);
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=200',
  ].flatMap((setting) => ['-c', setting]);
  const server = startProcess(...commandLine(join(folder, 'postgres'), ['-D', data, ...settings]));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const version = await untilReady(() => serverVersion(url), { server, timeoutMs: 60_000 });
  return {
    version,
    address: { url },
    async stop() {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export const postgres: ServerRecipe<'postgres'> = {
  name: 'postgres',
  help: 'apt-get install postgresql',
  ways: [
    {
      name: 'REGISTRAR_TEST_POSTGRES',
      async obtain() {
        const url = process.env.REGISTRAR_TEST_POSTGRES;
        if (!url) throw new NotHere('not set');
        return async () => ({
          version: await serverVersion(url),
          address: { url },
          stop: async () => undefined,
        });
      },
    },
    {
      name: 'container',
      async obtain(progress) {
        const engine = await pullImage(image, progress);
        return async () => {
          const container = await runContainer(engine, image, {
            port: 5432,
            env: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
            args: ['-c', 'fsync=off', '-c', 'max_connections=200'],
          });
          const url = `postgres://postgres@127.0.0.1:${container.port}/postgres`;
          const version = await untilReady(() => serverVersion(url), { server: null, timeoutMs: 60_000 });
          return { version, address: { url }, stop: container.stop };
        };
      },
    },
    {
      name: 'Debian package',
      async obtain(progress) {
        let folder = binaries();
        if (folder === null) {
          await aptInstall(['postgresql'], progress);
          folder = binaries();
        }
        if (folder === null) throw new NotHere(`no PostgreSQL ${oldest} or newer after the installation`);
        const found = folder;
        return () => startBinaries(found);
      },
    },
  ],
};
