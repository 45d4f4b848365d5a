import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisionRules } from '../../../domain/entity/waking/decisionRules.ts';
import { copyTree } from '../../../scripts/copyTree.ts';
import { applyEdit } from '../../../scripts/edit.ts';
import { bundleWorkflows } from '../../../scripts/workflowBundle.ts';

const root = join(import.meta.dirname, '../../..');

const rulesFile = 'domain/entity/waking/decisionRules.ts';
const stepFile = 'domain/entity/nextStep.ts';

/** Of `nextStep` as it is, however it is made. */
const declared = 'export function nextStep(state: EntityState, now: number, policy: TimePolicy): Step {';

/** Work begins in the last second of every ten only: most of what an open run did began at another time. */
const changedStep = (
  gate: string,
) => `export function nextStep(state: EntityState, now: number, policy: TimePolicy): Step {
  const step = formerStep(state, now, policy);
  const works = !['finish', 'wait', 'note-health', 'tell-of-task', 'begin-operation', 'begin-rotation'].includes(step.do);
  const second = now - (now % 10_000) + 9000;
  return ${gate} && works && now < second ? { do: 'wait', until: second } : step;
}

function formerStep(state: EntityState, now: number, policy: TimePolicy): Step {`;

/**
 * The next release in a copied tree: its `nextStep` decides otherwise. `rules`: for runs of its own, raised rules only;
 * without, for every run, as a change would that forgot them. Answers the tree's root.
 */
export async function makeNextRelease(folder: string, rules: boolean): Promise<string> {
  const tree = copyTree(root, join(folder, rules ? 'next' : 'careless'));
  const gate = rules ? `state.rules > ${decisionRules}` : 'state.rules >= 0';
  applyEdit(tree, { file: stepFile, from: declared, to: changedStep(gate) });
  if (rules)
    applyEdit(tree, {
      file: rulesFile,
      from: `export const decisionRules = ${decisionRules};`,
      to: `export const decisionRules = ${decisionRules + 1};`,
    });
  mkdirSync(join(tree, 'dist'), { recursive: true });
  writeFileSync(join(tree, 'dist/workflow-bundle.js'), await bundleWorkflows(tree));
  return tree;
}
