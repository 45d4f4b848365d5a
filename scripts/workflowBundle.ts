import { join } from 'node:path';

/** Globs, from the root of the tree, of everything that decides what the bundle contains. */
export const workflowBundleInputs = [
  'workflows/**/*',
  'domain/**/*',
  'runtime/temporal/failureConverter.ts',
  'runtime/temporal/redacted.ts',
];

/**
 * Modules of a bundle that every run shares. Evaluating all of them anew takes longer than a run's own work, so a
 * module of `workflows/` or `domain/` keeps nothing of a run: `test/unit/lint/workflowImports.test.ts` sees to that.
 */
export function sharedModules(root: string, workflowsPath: string): string[] {
  return [join(root, 'workflows/sandbox.ts'), workflowsPath];
}

/** Bundles the workflows of a tree for the worker's sandbox and answers the code. */
export async function bundleWorkflows(root: string): Promise<string> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const workflowsPath = join(root, 'workflows/index.ts');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: join(root, 'runtime/temporal/failureConverter.ts'),
    preloadModules: sharedModules(root, workflowsPath),
    logger: new DefaultLogger('WARN'),
  });
  return code;
}
