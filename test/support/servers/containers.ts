import { NotHere, type Progress } from './catalog.ts';
import { outputOf, runShown, which } from './commands.ts';

export interface Container {
  /** Loopback port that leads to the container's port. */
  readonly port: number;
  stop(): Promise<void>;
}

let engine: Promise<string | null> | undefined;

/** The first container engine whose service answers, or null. */
function containerEngine(): Promise<string | null> {
  engine ??= (async () => {
    for (const command of ['docker', 'podman']) {
      if (which(command) === null) continue;
      try {
        await outputOf(command, ['info'], 5_000);
        return command;
      } catch {
        // The command is there and its service is not: the next one may answer.
      }
    }
    return null;
  })();
  return engine;
}

/** Fetches an image. Closed where no container engine answers. Answers the engine's command. */
export async function pullImage(image: string, progress: Progress): Promise<string> {
  const command = await containerEngine();
  if (command === null) throw new NotHere('no container engine answers');
  await runShown(command, ['pull', '--quiet', image], { progress, what: `pulling ${image}` });
  return command;
}

/** Runs an image whose container is removed when it stops. */
export async function runContainer(
  command: string,
  image: string,
  options: {
    port: number;
    args?: readonly string[];
    env?: Readonly<Record<string, string>>;
    /** Host folder by folder in the container, read-only. */
    folders?: Readonly<Record<string, string>>;
  },
): Promise<Container> {
  const id = (
    await outputOf(
      command,
      [
        ...['run', '--detach', '--rm', '--publish', `127.0.0.1:0:${options.port}`],
        ...Object.entries(options.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
        ...Object.entries(options.folders ?? {}).flatMap(([inside, host]) => ['--volume', `${host}:${inside}:ro`]),
        image,
        ...(options.args ?? []),
      ],
      60_000,
    )
  ).trim();
  const stop = async () => {
    await outputOf(command, ['rm', '--force', id], 60_000);
  };
  try {
    const mapping = await outputOf(command, ['port', id, `${options.port}/tcp`]);
    const port = Number(/:(\d+)\s*$/m.exec(mapping)?.[1]);
    if (!Number.isInteger(port)) throw new Error(`${command} names no port of ${image}`);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
