import type { Reason } from '../../reasons/index.ts';
import type { Visibility } from '../visibility.ts';

/** One attention of a server, for all its registrations (DESIGN section 5). */
export interface PausedOrigin {
  /** Of its token endpoint. */
  readonly origin: string;
  readonly reason: Extract<Reason, 'OriginVerdictsBad'>;
  /** What is the case, and what to do. */
  readonly message: string;
  /** RFC 3339 UTC; passed: proofs go on, and it ends once a sample went well. */
  readonly pausedUntil: string | null;
  /** Registrations there that the caller may see. */
  readonly registrations: number;
}

/** Servers whose proofs pause. */
export interface PausedOrigins {
  /** Those with most registrations first, a hundred at most; none where the caller sees no registration. */
  pausedOrigins(visibility: Visibility): Promise<PausedOrigin[]>;
}
