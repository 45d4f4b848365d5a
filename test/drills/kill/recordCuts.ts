import { cutEngine, recordEngineCuts } from '../../support/kill/engineCuts.ts';
import type { ServersOfWorld } from '../../support/kill/externalWorld.ts';
import { say } from '../../support/kill/say.ts';
import { sample, seededRandom } from '../../support/kill/seeded.ts';
import type { CutPoint } from '../../support/kill/watch.ts';

const isDecision = ({ label }: CutPoint) => label.startsWith('temporal RespondWorkflowTaskCompleted ');
const isCommit = ({ label }: CutPoint) => label.startsWith('postgresql commit after ');
const isActivityEnd = ({ label }: CutPoint) => label.startsWith('temporal RespondActivityTaskCompleted ');

/**
 * Where a record was committed and the engine has not heard of the decision yet: a decision's end whose nearest
 * predecessor, of commits and ends of work, is a commit. Of a clean life's cut points, in order.
 */
export function betweenRecordAndEnd(cuts: readonly CutPoint[]): CutPoint[] {
  return cuts.filter((cut, index) => {
    if (!isDecision(cut) || cut.point !== 'before') return false;
    const before = cuts.slice(0, index).findLast((one) => isCommit(one) || isActivityEnd(one) || isDecision(one));
    return before !== undefined && isCommit(before);
  });
}

export interface RecordCutsReport {
  /** Different moments of a clean life that there are to choose from. */
  readonly moments: number;
  readonly killed: number;
  readonly problems: readonly string[];
}

/** Kills the product so many times between the commit of a record and the end of its workflow task. */
export async function cutAfterRecords(servers: ServersOfWorld, kills: number, seed: number): Promise<RecordCutsReport> {
  const random = seededRandom(seed);
  const moments = betweenRecordAndEnd(await recordEngineCuts(servers));
  if (moments.length === 0) return { moments: 0, killed: 0, problems: ['no record is committed within a decision'] };
  const rounds = Math.ceil(kills / moments.length);
  const chosen = Array.from({ length: rounds }, () => sample(moments, moments.length, random))
    .flat()
    .slice(0, kills);
  const { reached, missed, problems } = await cutEngine(servers, chosen, 2, say);
  say(
    `Killed ${reached.length} times between a record's commit and the end of its task, at ${moments.length} moments (seed ${seed})`,
  );
  return {
    moments: moments.length,
    killed: reached.length,
    problems: [...problems, ...missed.map((cut) => `${cut} was not reached`)],
  };
}
