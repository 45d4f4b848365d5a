import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { genericPlaybookId, type Playbook, type Playbooks } from '../domain/people/playbooks/playbook.ts';
import { playbookSchema } from '../domain/people/playbooks/schema.ts';
import { playbooksDirectory } from './paths.ts';

/** A playbook cannot be used. The message names every file, place and reason. */
export class PlaybookError extends Error {
  override readonly name = 'PlaybookError';
}

/**
 * Reads and judges all playbooks of a directory, in the order of their ids. Rejects with a {@link PlaybookError} that
 * tells everything that is wrong at once.
 */
export async function loadPlaybooks(directory: string = playbooksDirectory): Promise<Playbooks> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    throw new PlaybookError(`The playbooks at ${directory} cannot be read (${error.code}). Install Registrar anew.`);
  });
  const files = names.filter((name) => extname(name) === '.yaml').sort();
  const read = await Promise.all(
    files.map(async (name) => readPlaybook(name, await readFile(join(directory, name), 'utf8'))),
  );
  const problems = read.flatMap((result) => (Array.isArray(result) ? result : []));
  const all = read.filter((result): result is Playbook => !Array.isArray(result));
  const generic = all.find(({ id }) => id === genericPlaybookId);
  if (generic === undefined && problems.length === 0) problems.push(`${genericPlaybookId}.yaml: it is missing`);
  if (generic === undefined || problems.length > 0)
    throw new PlaybookError(
      `${problems.join('\n')}\nCorrect the playbooks in ${directory}; docs/packets.md says what stands in them.`,
    );
  return { all, generic };
}

/** One playbook from the text of its file, or what is wrong with it, a line each. */
export function readPlaybook(name: string, text: string): Playbook | string[] {
  const read = readYaml(name, text, playbookSchema);
  if (Array.isArray(read)) return read;
  const id = basename(name, extname(name));
  return read.id === id ? read : [`${name}: id: must be "${id}", the name of the file`];
}

/** A file of either kind, judged by its schema, or what is wrong with it, a line each. */
export function readYaml<Value extends object>(name: string, text: string, schema: z.ZodType<Value>): Value | string[] {
  // Only the types of JSON: no dates, no tags that make objects, no `yes` that becomes true (YAML 1.2 core schema).
  const document = parseDocument(text, { schema: 'core', version: '1.2', merge: false, uniqueKeys: true });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) return broken.map(({ message }) => `${name}: ${message.split('\n', 1)[0]}`);
  const result = schema.safeParse(toJson(document));
  if (result.success) return result.data;
  return result.error.issues.map(({ path, message }) => `${name}: ${path.join('.') || 'the document'}: ${message}`);
}

/** Null for what expands beyond all measure: aliases of aliases. */
function toJson(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch {
    return null;
  }
}
