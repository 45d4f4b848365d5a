import { parseSync } from 'vite';

/**
 * Module requests of a TypeScript source: static and dynamic imports, re-exports and `import('…')` types.
 * A dynamic import whose specifier is not a literal is reported as `null`, as nobody can judge it.
 */
export function importsOf(fileName: string, source: string): (string | null)[] {
  const { program, errors } = parseSync(fileName, source);
  if (errors.length > 0) throw new Error(`${fileName}: ${errors.map((error) => error.message).join('; ')}`);
  const found: (string | null)[] = [];
  visit(program, found);
  return found;
}

function visit(node: unknown, found: (string | null)[]): void {
  if (Array.isArray(node)) {
    for (const element of node) visit(element, found);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const { type, source } = node as { type?: string; source?: unknown };
  if (type !== undefined && namesModule.has(type) && source) found.push(literalOf(source));
  for (const child of Object.values(node)) visit(child, found);
}

const namesModule = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function literalOf(source: unknown): string | null {
  const { value } = source as { value?: unknown };
  return typeof value === 'string' ? value : null;
}
