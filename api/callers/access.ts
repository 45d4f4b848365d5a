import type { Role } from '../../domain/words.ts';

/** Who may use a route. */
export type Access =
  | 'public'
  | {
      readonly role: Role;
      /** What the path names, judged before the role: what the caller may not see does not exist for him. */
      readonly sees?: 'registration' | 'tenant' | 'application' | 'authorization-server';
      /** The path may name what does not exist yet. */
      readonly creates?: true;
      /** A repeated request may name what its first try removed: its stored answer is looked for first. */
      readonly removes?: true;
      /** Touches what bounded keys cannot see. */
      readonly unbounded?: 'tenants' | 'everything';
    };
