import type { Visibility } from '../visibility.ts';
import type { PausedOrigin } from './pausedOrigins.ts';

/** The fleet in numbers. */
export interface FleetSummary {
  summary(visibility: Visibility): Promise<{
    phases: Record<string, number>;
    credentialHealth: Record<string, number>;
    needsAttention: number;
    expiring: { from: string; to: string; count: number }[];
    pausedOrigins: PausedOrigin[];
  }>;
}
