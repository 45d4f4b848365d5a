import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotHere, type Progress, pinned, type ServerRecipe } from './catalog.ts';
import { cacheFolder, needCommands, runShown } from './commands.ts';

const copyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** A project of nothing but the server, so that Maven brings all that it stands on. */
const project = `<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>registrar</groupId><artifactId>time-skipping</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${pinned.timeSkipping}</version>
  </dependency></dependencies>
</project>
`;

/** Folder of the server's archives in the cache. */
async function archives(progress: Progress): Promise<string> {
  const cache = cacheFolder();
  const home = join(cache, `temporal-test-server-${pinned.timeSkipping}`);
  await needCommands({ java: 'openjdk-17-jre-headless' }, progress);
  if (existsSync(home)) return join(home, 'lib');
  await needCommands({ mvn: 'maven' }, progress);
  const fetched = mkdtempSync(join(cache, 'fetching-'));
  try {
    writeFileSync(join(fetched, 'pom.xml'), project);
    await runShown(
      'mvn',
      [
        ...['-B', '-q', '-f', join(fetched, 'pom.xml'), copyPlugin],
        ...[`-DoutputDirectory=${join(fetched, 'lib')}`, '-DincludeScope=runtime'],
      ],
      { progress, what: `fetching the time-skipping Temporal ${pinned.timeSkipping}` },
    );
    if (!existsSync(home)) renameSync(fetched, home);
    return join(home, 'lib');
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}

/** Temporal's Java test server, in which time passes as a test says. Nothing runs here: see `test/support/simulated/`. */
export const timeSkipping: ServerRecipe<'time-skipping'> = {
  name: 'time-skipping',
  help: 'apt-get install openjdk-17-jre-headless maven   (the server itself is then fetched from Maven)',
  ways: [
    {
      name: 'Maven',
      async obtain(progress) {
        if (process.platform === 'win32') throw new NotHere('not on Windows');
        const lib = await archives(progress);
        return async () => ({
          version: pinned.timeSkipping,
          address: { classPath: join(lib, '*') },
          stop: async () => undefined,
        });
      },
    },
  ],
};
