import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { cutEngine, recordEngineCuts } from '../../support/kill/engineCuts.ts';
import { say } from '../../support/kill/say.ts';
import { sample, seededRandom, seedOfRun } from '../../support/kill/seeded.ts';
import type { CutPoint } from '../../support/kill/watch.ts';

/** Cut points of each server in a sample; the soak has them all. */
const sampled = 6;
const lanes = 2;

const sampledDecisions = 3;
/** A decision was made, and may have had effects; the engine never hears of it, and it is made anew. */
const decisionLost = (cut: CutPoint) =>
  cut.label.startsWith('temporal RespondWorkflowTaskCompleted ') && cut.point === 'before';

/** The API committed the registration and its start request; the workflow is not started yet. */
const betweenCommitAndStart = (cut: CutPoint) => cut.label === 'temporal StartWorkflowExecution #1';

/** `kill -9` at requests to PostgreSQL and Temporal: a seeded sample of all that a clean life makes. */
describeWith(
  ['moto', 'postgres', 'temporal', 'oidc-provider'],
  'Killed at a request to database or engine',
  (servers) => {
    test('a sampled registration survives, and one killed between commit and start', { timeout: 600_000 }, async () => {
      const seed = seedOfRun();
      const random = seededRandom(seed);
      const cuts = await recordEngineCuts(servers);
      const groups: [number, (cut: CutPoint) => boolean][] = [
        [2, betweenCommitAndStart],
        [sampledDecisions, decisionLost],
        [sampled, ({ label }) => label.startsWith('postgresql ')],
        [sampled, (cut) => cut.label.startsWith('temporal ') && !betweenCommitAndStart(cut) && !decisionLost(cut)],
      ];
      const chosen = groups.flatMap(([count, belongs]) => sample(cuts.filter(belongs), count, random));
      const { reached, missed, problems } = await cutEngine(servers, chosen, lanes);
      say(`Killed at ${reached.length} of ${cuts.length} cut points of PostgreSQL and Temporal (seed ${seed}):`);
      for (const cut of reached) say(`  ${cut}`);
      for (const cut of missed) say(`Not reached: ${cut}`);
      expect(problems).toEqual([]);
      expect(missed).toEqual([]);
      expect(reached).toContain('before temporal StartWorkflowExecution #1 (onboarding)');
      expect(reached).toHaveLength(chosen.length);
    });
  },
);
