import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { VendorError } from '../domain/credential/vendorErrors.ts';
import { entriesOf, vendorErrorsSchema } from '../domain/people/playbooks/errorsSchema.ts';
import { playbooksDirectory } from './paths.ts';
import { PlaybookError, readYaml } from './playbooks.ts';

/**
 * Reads and judges the known errors of vendors, in the order of their files. Rejects with a {@link PlaybookError} that
 * tells everything that is wrong at once.
 */
export async function loadVendorErrors(
  directory: string = join(playbooksDirectory, 'errors'),
): Promise<readonly VendorError[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    throw new PlaybookError(`The known errors at ${directory} cannot be read (${error.code}). Install Registrar anew.`);
  });
  const files = names.filter((name) => extname(name) === '.yaml').sort();
  const all: VendorError[] = [];
  const problems: string[] = [];
  for (const name of files) {
    const read = readYaml(name, await readFile(join(directory, name), 'utf8'), vendorErrorsSchema);
    if (Array.isArray(read)) problems.push(...read);
    else all.push(...entriesOf(read));
  }
  const twice = all.filter(({ name }, index) => all.findIndex((other) => other.name === name) !== index);
  problems.push(...twice.map(({ name }) => `errors: "${name}" stands there twice`));
  if (problems.length > 0) throw new PlaybookError(`${problems.join('\n')}\nCorrect the files in ${directory}.`);
  return all;
}
