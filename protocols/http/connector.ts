import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { sameAddress } from './addressPolicy.ts';
import { HttpGuardError } from './httpGuardError.ts';
import { type AllowedHosts, literalAddress } from './publicUrl.ts';
import { type Resolve, resolveChecked } from './resolver.ts';

type Connector = buildConnector.connector;
type Socket = NonNullable<Parameters<buildConnector.Callback>[1]>;

export interface ConnectorOptions {
  readonly allowedHosts: AllowedHosts;
  readonly resolve: Resolve;
  /** Milliseconds for name resolution, and again for TCP and TLS. */
  readonly timeout: number;
  /** Trusted certificates instead of Node's. */
  readonly ca?: readonly string[] | undefined;
  /** Opens TCP and TLS to a literal address within `timeout`; undici's by default. */
  readonly dial?: ((timeout: number) => Connector) | undefined;
}

/** A dead address of a dual-stack host must not use up the time of the others. */
const mostAttempts = 3;

/**
 * The only way out (DESIGN section 9): resolves once, checks every address, connects to a checked literal with the
 * original name for SNI and certificate, and asserts the socket's remote address. undici calls it for every new
 * connection, IP literals included (a `lookup` option would be passed over for those).
 */
export function guardedConnector(options: ConnectorOptions): Connector {
  const dial = options.dial ?? ((timeout) => buildConnector({ timeout, ...(options.ca && { ca: [...options.ca] }) }));
  const dialers = Array.from({ length: mostAttempts }, (_, index) => dial(Math.ceil(options.timeout / (index + 1))));
  return (target, callback) => {
    connectChecked(target, options, dialers).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

async function connectChecked(
  target: buildConnector.Options,
  options: ConnectorOptions,
  dialers: readonly Connector[],
): Promise<Socket> {
  const hostname = isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname;
  const url = new URL(`${target.protocol}//${hostname}${target.port === '' ? '' : `:${target.port}`}`);
  const allowed = options.allowedHosts.has(url);
  if (url.protocol !== 'https:' && !allowed)
    throw new HttpGuardError('url-not-allowed', `${url.origin}: plain http only for allowed hosts`);
  const checked = await resolveChecked(hostname, literalAddress(url), allowed, options.resolve, options.timeout);
  const attempts = bothFamiliesFirst(checked).slice(0, mostAttempts);
  const dial = dialers[attempts.length - 1];
  let failure: unknown;
  for (const address of dial === undefined ? [] : attempts) {
    try {
      return assertRemote(await dialOne(dial as Connector, target, address), address);
    } catch (error) {
      if (error instanceof HttpGuardError) throw error;
      failure = error;
    }
  }
  throw failure;
}

function dialOne(dial: Connector, target: buildConnector.Options, address: string): Promise<Socket> {
  // SNI has no trailing dot (RFC 6066 section 3) and no IP literals; undici derives none from those itself.
  const servername = isIP(target.hostname) === 0 ? target.hostname.replace(/\.$/, '') : undefined;
  return new Promise((resolve, reject) => {
    dial({ ...target, hostname: address, ...(servername !== undefined && { servername }) }, (error, socket) => {
      // undici leaves the socket out when there is an error.
      if (error === null) resolve(socket);
      else reject(error);
    });
  });
}

function assertRemote(socket: Socket, address: string): Socket {
  if (socket.remoteAddress !== undefined && sameAddress(socket.remoteAddress, address)) return socket;
  socket.on('error', () => undefined).destroy();
  throw new HttpGuardError('address-not-allowed', 'the connection does not lead to the address that was checked');
}

function bothFamiliesFirst(addresses: readonly string[]): string[] {
  const first = addresses[0] ?? '';
  const other = addresses.find((address) => isIP(address) !== isIP(first));
  return [...new Set(other === undefined ? addresses : [first, other, ...addresses])];
}
