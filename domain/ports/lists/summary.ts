import type { Visibility } from '../visibility.ts';

/** The fleet in numbers. */
export interface FleetSummary {
  summary(visibility: Visibility): Promise<{
    phases: Record<string, number>;
    credentialHealth: Record<string, number>;
    needsAttention: number;
    expiring: { from: string; to: string; count: number }[];
  }>;
}
