import { createHash, randomUUID } from 'node:crypto';
import { globSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { type Database, migrate } from '../../stores/records/records.ts';
import { cacheFolder } from './servers/commands.ts';

const root = join(import.meta.dirname, '../..');
const prefix = 'migrated-';
/** Milliseconds after which an image of another state of the code is of no use. */
const life = 24 * 3_600_000;

/**
 * The embedded database in memory, migrated. To make and migrate one takes seconds of processor time, so an image is
 * kept beside the fetched servers, named by what makes it: the code of the stores and the version of PGlite.
 */
export async function memoryDatabase(): Promise<Kysely<Database>> {
  return over(await PGlite.create({ loadDataDir: new Blob([await migratedImage()]) }));
}

function over(pglite: PGlite): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
}

async function migratedImage(): Promise<Uint8Array<ArrayBuffer>> {
  const name = `${prefix}${digestOfMakers()}.tar`;
  const path = join(cacheFolder(), name);
  try {
    return readFileSync(path);
  } catch {
    const pglite = await PGlite.create();
    await migrate(over(pglite));
    const image = new Uint8Array(await (await pglite.dumpDataDir('none')).arrayBuffer());
    await pglite.close();
    forgetOld();
    // Two processes may make it at once: each writes its own whole file, and the later one replaces the same content.
    const half = `${path}.${randomUUID()}`;
    writeFileSync(half, image, { mode: 0o600 });
    renameSync(half, path);
    return image;
  }
}

function digestOfMakers(): string {
  const hash = createHash('sha256').update(
    readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  );
  for (const file of globSync('stores/**/*.ts', { cwd: root }).sort())
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

function forgetOld(): void {
  const images = readdirSync(cacheFolder()).filter((file) => file.startsWith(prefix));
  for (const file of images.map((image) => join(cacheFolder(), image)))
    if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - life)
      rmSync(file, { force: true });
}
