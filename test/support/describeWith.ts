import { describe, inject } from 'vitest';
import { labels, type ServerAddresses, type ServerName } from './servers/catalog.ts';
import './servers/globalSetup.ts';

declare module 'vitest' {
  export interface TaskMeta {
    /** Real servers that a test runs against, for the count at the end. */
    servers?: readonly ServerName[];
  }
}

type Addresses<Names extends readonly ServerName[]> = {
  readonly [Name in Names[number]]: ServerAddresses[Name] & { readonly version: string };
};

/**
 * Like `describe`, for tests that run against real servers: hands their addresses to the suite, counts its tests
 * for each server, and skips it where a server cannot be had (which fails the run in CI).
 *
 * ```ts
 * describeWith(['keycloak', 'moto'], 'onboarding', ({ keycloak, moto }) => {
 *   test('…', async () => { await fetch(keycloak.url) });
 * });
 * ```
 * The names must be literals: they are read from the source to know what to start.
 */
export function describeWith<const Names extends ServerName | readonly ServerName[]>(
  names: Names,
  name: string,
  suite: (servers: Addresses<Names extends ServerName ? [Names] : Names>) => void,
): void {
  const asked = (typeof names === 'string' ? [names] : names) as readonly ServerName[];
  const provided = inject('servers');
  const missing: string[] = [];
  const addresses: Record<string, unknown> = {};
  for (const server of asked) {
    const found = provided[server];
    if (found === undefined) throw new Error(`${labels[server]} was not started: call describeWith by its own name`);
    if (found.available) addresses[server] = { ...found.address, version: found.version };
    else missing.push(labels[server]);
  }
  const meta = { servers: asked };
  if (missing.length > 0) {
    describe(name, { meta, skip: true }, () => suite(neverRead as never));
    return;
  }
  describe(name, { meta }, () => suite(addresses as never));
}

/** What a skipped suite gets: its body is walked to count its tests, its tests never run. */
const neverRead: unknown = new Proxy({}, { get: () => neverRead });
