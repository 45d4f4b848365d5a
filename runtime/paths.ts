import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `npm run build` makes. */
export const workflowBundlePath = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url));
/** The playbooks of this release. */
export const playbooksDirectory = fileURLToPath(new URL('../playbooks', import.meta.url));
const dashboardPath = fileURLToPath(new URL('../dist/dashboard', import.meta.url));

/** Directory of the built dashboard; null when it was not built. */
export function dashboardDirectory(): string | null {
  return existsSync(dashboardPath) ? dashboardPath : null;
}
