import type { Progress, Provided, Running, ServerName, ServerRecipe } from './catalog.ts';

export interface Started<Name extends ServerName> {
  readonly provided: Provided<Name>;
  stop(): Promise<void>;
}

/**
 * Tries the ways of a recipe in their order and starts the server by the first that is open. Where all are closed
 * the answer says of each why, and which one command would help.
 */
export async function startServer<Name extends ServerName>(
  recipe: ServerRecipe<Name>,
  progress: Progress,
): Promise<Started<Name>> {
  const tried: string[] = [];
  for (const way of recipe.ways) {
    try {
      const start = await way.obtain(progress);
      const running: Running<Name> = await start();
      progress(`${running.version} is ready (${way.name})`);
      const { version, address } = running;
      return { provided: { available: true, version, address }, stop: () => running.stop() };
    } catch (error) {
      tried.push(`${way.name}: ${(error as Error).message}`);
      // An address that somebody gave is meant: falling back to another server would test the wrong one.
      if (way.name.startsWith('REGISTRAR_TEST_') && process.env[way.name]) break;
    }
  }
  const reason = `${tried.join('; ')}. What helps: ${recipe.help}`;
  return { provided: { available: false, reason }, stop: async () => undefined };
}
