import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refuseTakenPorts } from '../../../runtime/ports.ts';

const host = '127.0.0.1';
const servers = [createServer(), createServer()] as const;
let taken: readonly [number, number];

beforeEach(async () => {
  for (const server of servers) {
    server.listen(0, host);
    await once(server, 'listening');
  }
  taken = [(servers[0].address() as AddressInfo).port, (servers[1].address() as AddressInfo).port];
});

afterEach(() => {
  for (const server of servers) server.close();
});

const wanted = (port: number, metrics: number) => [
  { variable: 'REGISTRAR_PORT', port },
  { variable: 'REGISTRAR_METRICS_PORT', port: metrics },
];

it('names all taken ports at once, each with its variable', async () => {
  await expect(refuseTakenPorts(host, wanted(...taken))).rejects.toThrow(
    new RegExp(
      `REGISTRAR_PORT: port ${taken[0]} is in use.*REGISTRAR_METRICS_PORT: port ${taken[1]} is in use.*set REGISTRAR_PORT and REGISTRAR_METRICS_PORT to free ports`,
      's',
    ),
  );
});

it('names only what is taken, and lets any free port be', async () => {
  await expect(refuseTakenPorts(host, wanted(0, taken[1]))).rejects.toThrow(
    /^REGISTRAR_METRICS_PORT: .*\n.*set REGISTRAR_METRICS_PORT to a free port\.$/,
  );
  await expect(refuseTakenPorts(host, wanted(0, 0))).resolves.toBeUndefined();
});
