import { NotHere, type Running, type ServerRecipe } from './catalog.ts';
import { aptInstall, outputOf, which } from './commands.ts';

const commands = ['chromium', 'chromium-browser', 'google-chrome'];

async function found(executablePath: string): Promise<Running<'chromium'>> {
  const version = /[\d.]{3,}/.exec(await outputOf(executablePath, ['--version']))?.[0] ?? 'of unknown version';
  return { version, address: { executablePath }, stop: async () => undefined };
}

/** Nothing runs here: each browser test starts its own Chromium by `playwright-core`. */
export const chromium: ServerRecipe<'chromium'> = {
  name: 'chromium',
  help: 'apt-get install chromium',
  ways: [
    {
      name: 'REGISTRAR_TEST_CHROMIUM',
      async obtain() {
        const path = process.env.REGISTRAR_TEST_CHROMIUM;
        if (!path) throw new NotHere('not set');
        return () => found(path);
      },
    },
    {
      name: 'PATH',
      async obtain() {
        const path = commands.map(which).find((candidate) => candidate !== null);
        if (path === undefined) throw new NotHere(`none of ${commands.join(', ')} is installed`);
        return () => found(path);
      },
    },
    {
      name: 'Debian package',
      async obtain(progress) {
        await aptInstall(['chromium'], progress);
        const path = which('chromium');
        if (path === null) throw new NotHere('no chromium after the installation');
        return () => found(path);
      },
    },
  ],
};
