import type { TestProject, Vitest } from 'vitest/node';
import { labels, type ProvidedServers, type ServerName, type ServerRecipe } from './catalog.ts';
import { chromium } from './chromium.ts';
import { keycloak } from './keycloak.ts';
import { moto } from './moto.ts';
import { serversNeededBy } from './needs.ts';
import { oidcProvider } from './oidcProvider.ts';
import { postgres } from './postgres.ts';
import { startServer } from './startServer.ts';
import { temporal } from './temporal.ts';
import { timeSkipping } from './timeSkipping.ts';

const recipes: { readonly [Name in ServerName]: ServerRecipe<Name> } = {
  temporal,
  'time-skipping': timeSkipping,
  keycloak,
  moto,
  postgres,
  'oidc-provider': oidcProvider,
  chromium,
};

declare module 'vitest' {
  export interface ProvidedContext {
    servers: ProvidedServers;
  }
}

/**
 * Starts the servers that the test files of this run ask for, side by side, and tells the tests where they are.
 * With `CI=true` a server that cannot be had fails the run: nothing may be skipped there.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!project.isRootProject()) return undefined;
  const needed = await neededBy(project.vitest);
  const started = await Promise.all(
    needed.map(async (name) => {
      const progress = (message: string) => process.stderr.write(`[${name}] ${message}\n`);
      return { name, ...(await startServer(recipes[name] as ServerRecipe<ServerName>, progress)) };
    }),
  );
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  project.provide('servers', Object.fromEntries(started.map(({ name, provided }) => [name, provided])));
  const missing = started.flatMap(({ name, provided }) =>
    provided.available ? [] : [`${labels[name]} cannot be had. ${provided.reason}`],
  );
  for (const line of missing) process.stderr.write(`${line}\n`);
  if (missing.length > 0 && process.env.CI === 'true') {
    await stop();
    throw new Error(`In CI nothing may be skipped. ${missing.join('\n')}`);
  }
  return stop;
}

async function neededBy(vitest: Vitest): Promise<ServerName[]> {
  // Where vitest does not tell the file names that it was given, all files count.
  const { filenamePattern } = vitest as unknown as { filenamePattern?: string[] };
  const specifications = await vitest.globTestSpecifications(filenamePattern);
  return [...new Set(specifications.flatMap(({ moduleId }) => serversNeededBy(moduleId)))];
}
