import { lookup } from 'node:dns/promises';
import { HttpGuardError } from './httpGuardError.ts';
import { addressMessage, mayReach } from './publicUrl.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** The operating system's resolver with all addresses, in its order (RFC 6724). */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, order: 'verbatim' });

/**
 * Resolves a name once and checks every address: one bad address condemns the name, so that an attacker cannot mix.
 * IP literals pass the same check without resolution.
 *
 * @throws HttpGuardError `dns`, `timeout` or `address-not-allowed`.
 */
export async function resolveChecked(
  hostname: string,
  literal: string | null,
  allowed: boolean,
  resolve: Resolve,
  timeout: number,
): Promise<readonly string[]> {
  const addresses = literal === null ? await resolveInTime(hostname, resolve, timeout) : [literal];
  if (!addresses.every((address) => mayReach(address, allowed)))
    throw new HttpGuardError('address-not-allowed', addressMessage(hostname, allowed));
  return addresses;
}

async function resolveInTime(hostname: string, resolve: Resolve, timeout: number): Promise<string[]> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new HttpGuardError('timeout', `${hostname}: the name was not resolved in time`)),
    timeout,
  );
  try {
    const resolved = await Promise.race([resolve(hostname), late.promise]);
    if (resolved.length === 0) throw new HttpGuardError('dns', `${hostname}: the name has no address`);
    return resolved.map(({ address }) => address);
  } catch (error) {
    if (error instanceof HttpGuardError) throw error;
    throw new HttpGuardError('dns', `${hostname}: the name cannot be resolved`);
  } finally {
    clearTimeout(timer);
  }
}
