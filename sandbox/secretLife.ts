/** Life of the secrets of one simulated authorization server. All times in seconds since the epoch. */
export interface SecretLife {
  readonly lifetime: number;
  readonly renewalShare: number;
  readonly overlap: number;
}

/** Whether an update replaces the secret, or comes too early and keeps it. */
export function replacesSecret(life: SecretLife, expiresAt: number, now: number): boolean {
  return expiresAt - now < life.lifetime * life.renewalShare;
}

/** Replaced secrets that still work for a while, as at servers with a rotation overlap. */
export class ReplacedSecrets {
  readonly #byClient = new Map<string, { secret: string; until: number }>();

  keep(clientId: string, secret: string, until: number): void {
    this.#byClient.set(clientId, { secret, until });
  }

  works(clientId: string, secret: string, now: number): boolean {
    const replaced = this.#byClient.get(clientId);
    return replaced !== undefined && replaced.secret === secret && now < replaced.until;
  }
}
