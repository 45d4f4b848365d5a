import type { Role } from '../../../domain/words.ts';

const order: readonly Role[] = ['viewer', 'operator', 'administrator'];

/** Why a role does not suffice, as a sentence; null when it does. A role of null is a tab that only reads. */
export function roleObstacle(role: Role | null, needed: 'operator' | 'administrator'): string | null {
  if (role === null) return 'This tab is for reading only. Sign in here to act.';
  if (order.indexOf(role) >= order.indexOf(needed)) return null;
  const who = needed === 'operator' ? 'an operator or administrator' : 'an administrator';
  return `Your key has the role ${role}; ${who} can do this.`;
}
