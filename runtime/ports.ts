import { createServer } from 'node:net';

/** A port that Registrar is to listen on, and the variable that names it. */
export interface WantedPort {
  readonly variable: string;
  /** 0 = any free port. */
  readonly port: number;
}

/** Ports are taken; the message names each of them with its variable. */
export class PortsInUseError extends Error {
  override readonly name = 'PortsInUseError';
}

/**
 * Looks before anything is started, so that all taken ports are told at once and within a second. What takes a port
 * later is told when it is listened on.
 *
 * @throws PortsInUseError
 */
export async function refuseTakenPorts(host: string, wanted: readonly WantedPort[]): Promise<void> {
  const looked = await Promise.all(wanted.map(async (one) => ({ ...one, taken: await isTaken(host, one.port) })));
  const taken = looked.filter((one) => one.taken);
  if (taken.length === 0) return;
  const told = taken.map(({ variable, port }) => `${variable}: port ${port} is in use, perhaps by another Registrar.`);
  throw new PortsInUseError(`${told.join('\n')}\n${nextStep(taken)}`);
}

function nextStep(taken: readonly WantedPort[]): string {
  const names = taken.map(({ variable }) => variable).join(' and ');
  return `Stop what uses ${taken.length === 1 ? 'it' : 'them'}, or set ${names} to ${taken.length === 1 ? 'a free port' : 'free ports'}.`;
}

function isTaken(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}
