import { isLoopbackName } from './webUrl.ts';

/**
 * Origin under which other machines reach Registrar, without a slash at its end; null when none is configured, or it
 * is this machine's own.
 */
export function reachableBaseUrl(publicUrl: string | null): string | null {
  if (publicUrl === null) return null;
  const { origin, hostname } = new URL(publicUrl);
  return isLoopbackName(hostname) ? null : origin;
}
