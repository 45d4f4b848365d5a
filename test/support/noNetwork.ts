import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/**
 * Setup file of the unit tests: whoever tries to reach a network, loopback included, gets an error that says so.
 * Everything in Node that connects (http, https, tls, http2, fetch, undici) ends in `net.Socket.prototype.connect`.
 */
function refuse(what: string): never {
  throw new Error(`Unit tests have no network: ${what} was called. Move the test to test/integration.`);
}

net.Socket.prototype.connect = () => refuse('net.Socket.connect');
dgram.Socket.prototype.send = () => refuse('dgram.Socket.send');
dgram.Socket.prototype.connect = () => refuse('dgram.Socket.connect');

const names = /^(lookup|lookupService|resolve.*|reverse)$/;
for (const [label, target] of [
  ['dns', dns],
  ['dns.promises', dns.promises],
  ['dns.Resolver', dns.Resolver.prototype],
  ['dns.promises.Resolver', dns.promises.Resolver.prototype],
] as const) {
  const functions = target as unknown as Record<string, unknown>;
  for (const name in Object.getOwnPropertyDescriptors(target))
    if (names.test(name)) functions[name] = () => refuse(`${label}.${name}`);
}
syncBuiltinESMExports();
