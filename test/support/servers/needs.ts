import { readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { type ServerName, serverNames } from './catalog.ts';

/**
 * Servers that a test file asks for by `describeWith('keycloak', …)` or `describeWith(['temporal', 'moto'], …)`.
 * Read from the source, so that only what a run needs is started before it.
 */
export function serversNeededBy(fileName: string, source = readFileSync(fileName, 'utf8')): ServerName[] {
  if (!source.includes('describeWith')) return [];
  const needed = new Set<ServerName>();
  visit(parseSync(fileName, source).program, (call) => {
    if (call.callee?.name !== 'describeWith') return;
    const [asked] = call.arguments ?? [];
    const literals = asked?.type === 'ArrayExpression' ? asked.elements : [asked];
    for (const literal of literals ?? []) {
      const name = serverNames.find((known) => known === literal?.value);
      if (name === undefined)
        throw new Error(`${fileName}: describeWith takes literal names of ${serverNames.join(', ')}`);
      needed.add(name);
    }
  });
  return [...needed];
}

interface Node {
  readonly type?: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly callee?: Node;
  readonly arguments?: readonly (Node | undefined)[];
  readonly elements?: readonly (Node | undefined)[];
}

function visit(node: unknown, onCall: (call: Node) => void): void {
  if (node === null || typeof node !== 'object') return;
  if ((node as Node).type === 'CallExpression') onCall(node as Node);
  for (const child of Object.values(node)) visit(child, onCall);
}
