import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { NotHere, pinned, type Running, type ServerRecipe } from './catalog.ts';
import { cacheFolder, isExecutable, need, runShown, which } from './commands.ts';
import { pullImage, runContainer } from './containers.ts';
import { freePort, type ServerProcess, startProcess, untilReady } from './processes.ts';

const namespace = 'default';
const goModule = `github.com/temporalio/cli/cmd/temporal@v${pinned.temporal}`;
const image = `docker.io/temporalio/temporal:${pinned.temporal}`;

/** Without these a lone workflow waits some 50 ms for each of its steps. */
const dynamicConfig = [
  'matching.enableFairness=true',
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'system.enableActivityEagerExecution=true',
].flatMap((setting) => ['--dynamic-config-value', setting]);

async function serverVersion(address: string): Promise<string> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    return serverVersion ?? 'of unknown version';
  } finally {
    await connection.close();
  }
}

async function startBinary(binary: string): Promise<Running<'temporal'>> {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-temporal-'));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server: ServerProcess = startProcess(binary, [
    ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--http-port', '0'],
    ...['--db-filename', join(folder, 'temporal.db'), '--sqlite-pragma', 'journal_mode=WAL', '--log-level', 'error'],
    ...dynamicConfig,
  ]);
  const version = await untilReady(() => serverVersion(address), { server, timeoutMs: 60_000 });
  return {
    version,
    address: { address, namespace, binary },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const temporal: ServerRecipe<'temporal'> = {
  name: 'temporal',
  help: `go install ${goModule}   (and put it on the PATH)`,
  ways: [
    {
      name: 'REGISTRAR_TEST_TEMPORAL',
      async obtain() {
        const address = process.env.REGISTRAR_TEST_TEMPORAL;
        if (!address) throw new NotHere('not set');
        return async () => ({
          version: await serverVersion(address),
          address: { address, namespace, binary: which('temporal') },
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
            port: 7233,
            args: ['server', 'start-dev', '--headless', '--ip', '0.0.0.0', ...dynamicConfig],
          });
          const address = `127.0.0.1:${container.port}`;
          const version = await untilReady(() => serverVersion(address), { server: null, timeoutMs: 60_000 });
          return { version, address: { address, namespace, binary: which('temporal') }, stop: container.stop };
        };
      },
    },
    {
      name: 'PATH',
      async obtain() {
        const binary = need('temporal');
        return () => startBinary(binary);
      },
    },
    {
      name: 'go install',
      async obtain(progress) {
        const folder = join(cacheFolder(), `temporal-${pinned.temporal}`);
        const binary = join(folder, 'temporal');
        if (!isExecutable(binary)) {
          const go = need('go');
          const building = mkdtempSync(join(cacheFolder(), 'building-'));
          try {
            await runShown(go, ['install', goModule], {
              progress,
              what: `building Temporal ${pinned.temporal} (some 4 minutes on 2 cores)`,
              env: { GOBIN: building, GOFLAGS: '-trimpath' },
            });
            await mkdir(folder, { recursive: true });
            await rename(join(building, 'temporal'), binary);
          } finally {
            rmSync(building, { recursive: true, force: true });
          }
        }
        return () => startBinary(binary);
      },
    },
  ],
};
