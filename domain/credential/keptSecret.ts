import type { Life } from './dueTime.ts';

/** Clients of one server whose secret it kept to the last, after which its other clients need not find out too. */
const learnedFrom = 3;
/** Share of a life below which "too early" is no longer an explanation. */
const lastShare = 1 / 10;

/**
 * What a PUT that kept the secret says of its server: too early, or that it does not rotate, so that another strategy
 * is needed. Servers with a window of their own (Keycloak's `remaining-rotation-period`) keep it until that begins.
 * `keptByClients` counts the clients of that server, this one aside, for which it was found before.
 */
export function judgeKeptSecret(life: Life, now: number, keptByClients: number): 'too-early' | 'does-not-rotate' {
  if (keptByClients >= learnedFrom) return 'does-not-rotate';
  if (life.end === null) return 'too-early';
  return life.end - now < (life.end - life.from) * lastShare ? 'does-not-rotate' : 'too-early';
}
