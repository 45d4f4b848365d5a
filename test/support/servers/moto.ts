import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotHere, type Progress, pinned, type Running, type ServerRecipe } from './catalog.ts';
import { aptInstall, cacheFolder, needCommands, outputOf, runShown } from './commands.ts';
import { pullImage, runContainer } from './containers.ts';
import { freePort, startProcess, untilReady } from './processes.ts';

const image = `docker.io/motoserver/moto:${pinned.moto}`;

async function answers(url: string): Promise<void> {
  const response = await fetch(`${url}/moto-api/data.json`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`moto answers ${response.status}`);
}

/** Python of the virtual environment in the cache that has moto. */
async function environmentPython(progress: Progress): Promise<string> {
  const folder = join(cacheFolder(), `moto-${pinned.moto}`);
  const python = join(folder, 'bin/python');
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return python;
  await needCommands({ python3: 'python3' }, progress);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const create = () => runShown('python3', ['-m', 'venv', folder], { progress, what: 'making a Python environment' });
  try {
    await create();
  } catch {
    // Debian's python3 has venv in a package of its own.
    await aptInstall(['python3-venv'], progress);
    await create();
  }
  await runShown(python, ['-m', 'pip', 'install', '--quiet', `moto[server]==${pinned.moto}`], {
    progress,
    what: `installing moto ${pinned.moto} from PyPI (some 80 s)`,
  });
  await writeFile(complete, '');
  return python;
}

async function startPython(python: string): Promise<Running<'moto'>> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startProcess(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]);
  await untilReady(() => answers(url), { server, timeoutMs: 60_000 });
  const version = (await outputOf(python, ['-c', 'import moto; print(moto.__version__)'])).trim();
  return { version, address: { url }, stop: () => server.stop() };
}

export const moto: ServerRecipe<'moto'> = {
  name: 'moto',
  help: 'apt-get install python3 python3-venv   (moto itself is then fetched from PyPI)',
  ways: [
    {
      name: 'REGISTRAR_TEST_MOTO',
      async obtain() {
        const url = process.env.REGISTRAR_TEST_MOTO?.replace(/\/$/, '');
        if (!url) throw new NotHere('not set');
        return async () => {
          await answers(url);
          return { version: `at ${url}`, address: { url }, stop: async () => undefined };
        };
      },
    },
    {
      name: 'container',
      async obtain(progress) {
        const engine = await pullImage(image, progress);
        return async () => {
          const container = await runContainer(engine, image, { port: 5000 });
          const url = `http://127.0.0.1:${container.port}`;
          await untilReady(() => answers(url), { server: null, timeoutMs: 60_000 });
          return { version: pinned.moto, address: { url }, stop: container.stop };
        };
      },
    },
    {
      name: 'PyPI',
      async obtain(progress) {
        const python = await environmentPython(progress);
        return () => startPython(python);
      },
    },
  ],
};
