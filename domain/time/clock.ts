/** Injected wherever time is read outside workflows, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

/** RFC 3339 UTC text of a time in milliseconds since the epoch. */
export function toRfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** {@link toRfc3339} of a time that may be missing. */
export function rfc3339OrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : toRfc3339(milliseconds);
}
