import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerRecipe } from './catalog.ts';

/** An npm package, so always there; the sandbox and the tests start it themselves. */
export const oidcProvider: ServerRecipe<'oidc-provider'> = {
  name: 'oidc-provider',
  help: 'npm ci',
  ways: [
    {
      name: 'npm',
      async obtain() {
        const manifest = join(import.meta.dirname, '../../../node_modules/oidc-provider/package.json');
        const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
        return async () => ({ version, address: {}, stop: async () => undefined });
      },
    },
  ],
};
