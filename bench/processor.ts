import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

let ticks: number | undefined;

function millisecondsPerTick(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return 1000 / ticks;
}

/** Fields of `/proc/{pid}/stat` from the third on (proc(5)); null without such a process, or such a file system. */
function fieldsOf(pid: number | string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses, and may hold spaces and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/**
 * Processor milliseconds, user and system, that a process and its ended children have used so far (fields 14 to 17);
 * null where that cannot be known.
 */
export function processorTime(pid: number): number | null {
  const fields = fieldsOf(pid);
  if (fields === null) return null;
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
  return ((user ?? 0) + (system ?? 0) + (childUser ?? 0) + (childSystem ?? 0)) * millisecondsPerTick();
}

/** {@link processorTime} of a process and all its children that run. */
export function familyTime(pid: number): number | null {
  const own = processorTime(pid);
  if (own === null) return null;
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && fieldsOf(name)?.[1] === String(pid));
  return children.reduce((sum, child) => sum + (processorTime(Number(child)) ?? 0), own);
}

/** The parent of a process, or null. */
export function parentOf(pid: number): number | null {
  const parent = fieldsOf(pid)?.[1];
  return parent === undefined ? null : Number(parent);
}
