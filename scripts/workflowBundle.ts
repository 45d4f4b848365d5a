import { join } from 'node:path';

/** Globs, from the root of the tree, of everything that decides what the bundle contains. */
export const workflowBundleInputs = [
  'workflows/**/*',
  'domain/**/*',
  'runtime/temporal/failureConverter.ts',
  'runtime/temporal/redacted.ts',
];

/** Bundles the workflows of a tree for the worker's sandbox and answers the code. */
export async function bundleWorkflows(root: string): Promise<string> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows/index.ts'),
    failureConverterPath: join(root, 'runtime/temporal/failureConverter.ts'),
    logger: new DefaultLogger('WARN'),
  });
  return code;
}
