import type { Bearer } from '../../protocols/keycloak/admin.ts';
import type { ServiceToken } from '../../protocols/oauth/serviceToken.ts';

/** Milliseconds before its end at which a bearer is no longer used. */
const safety = 30_000;

/** Bearers of service accounts and administrators, in memory only; a changed credential has a key of its own. */
export class Bearers {
  readonly #known = new Map<string, ServiceToken | Bearer>();

  async get<Token extends ServiceToken | Bearer>(key: string, now: number, ask: () => Promise<Token>): Promise<Token> {
    const known = this.#known.get(key);
    if (known !== undefined && known.expiresAt - safety > now) return known as Token;
    const token = await ask();
    this.#known.set(key, token);
    return token;
  }

  /** A server refused it. */
  forget(key: string): void {
    this.#known.delete(key);
  }
}
