import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Page } from 'playwright-core';
import type { Part } from './scanner.ts';

/** Answers the rows of a statement. */
export type Query = (statement: string) => Promise<readonly Record<string, unknown>[]>;

/** Every row of every table, sealed columns included, as JSON; `bytea` is in hexadecimal, as a dump has it. */
export async function collectTables(query: Query): Promise<Part[]> {
  const tables = await query(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const parts: Part[] = [];
  for (const { name } of tables) {
    const rows = await query(`select to_jsonb(t)::text as row from ${name} t`);
    parts.push({ source: String(name), bytes: Buffer.from(rows.map(({ row }) => row).join('\n')) });
  }
  return parts;
}

/** Every file below a folder but the named ones. Files that vanish meanwhile are left out. */
export async function collectFiles(folder: string, except: readonly string[] = []): Promise<Part[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const parts = paths
    .map((path) => ({ path, source: relative(folder, path) }))
    .filter(({ source }) => !except.includes(source))
    .map(async ({ path, source }): Promise<Part[]> => {
      const bytes = await readFile(path).catch(() => null);
      return bytes === null ? [] : [{ source, bytes }];
    });
  return (await Promise.all(parts)).flat();
}

/** Looks at the arguments of processes while they run. The environment is another matter: secrets may be there. */
export class ProcessWatch {
  readonly #seen = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  constructor(root: () => readonly number[]) {
    this.#timer = setInterval(() => void this.look(root()), 100);
  }

  /** Looks once at these processes and everything that they started. */
  async look(roots: readonly number[]): Promise<void> {
    const processes = await runningProcesses();
    const ours = new Set(roots);
    for (let before = 0; before < ours.size; ) {
      before = ours.size;
      for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
    }
    for (const { pid, commandLine } of processes)
      if (ours.has(pid)) this.#seen.set(`${pid} ${commandLine}`, commandLine);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  parts(): Part[] {
    return [...this.#seen.values()].map((text) => ({ source: text.slice(0, 60), bytes: Buffer.from(text) }));
  }
}

async function runningProcesses(): Promise<{ pid: number; parent: number; commandLine: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
      const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(pid), parent, commandLine }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(found)).flat();
}

/** Everything that the event stream tells from its start up to a position, as it came over the wire. */
export async function collectStream(url: string, key: string, position: number): Promise<Part[]> {
  const end = new AbortController();
  const response = await fetch(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${key}`, 'last-event-id': '0' },
    signal: AbortSignal.any([end.signal, AbortSignal.timeout(60_000)]),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    const seen =
      [
        ...Buffer.concat(chunks)
          .toString('utf8')
          .matchAll(/^id: ?(\d+)$/gm),
      ].at(-1)?.[1] ?? '0';
    if (Number(seen) >= position) break;
  }
  end.abort();
  return [{ source: 'GET /v1/events', bytes: Buffer.concat(chunks) }];
}

/** What a browser holds of a page: its HTML, its text, what stands in its fields, its storages, cookies and history. */
export async function collectPage(page: Page): Promise<Part[]> {
  const held = await page.evaluate(`JSON.stringify({
    text: document.documentElement.innerText,
    fields: [...document.querySelectorAll('input, textarea, select')].map((field) => field.value),
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookie: document.cookie,
    history: history.state,
    title: document.title,
  })`);
  return [
    { source: `HTML of ${page.url()}`, bytes: Buffer.from(await page.content()) },
    { source: `state of ${page.url()}`, bytes: Buffer.from(String(held)) },
  ];
}
