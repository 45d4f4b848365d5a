import { randomBytes } from 'node:crypto';

/** A planted secret: it must show up nowhere but where secrets belong. */
export interface Canary {
  /** What it is and whose, for the report. */
  readonly name: string;
  readonly value: string;
}

/** Makes secrets, and remembers each with its name. */
export class Plant {
  readonly canaries: Canary[] = [];

  /** Any visible characters, as password generators make them; every encoding of it differs from the plain text. */
  clientSecret(name: string): string {
    return this.add(name, `${random()}+${random()}&"${random()}/${random()}\\<${random()} ${random()}%`);
  }

  /**
   * What may stand in an Authorization header (RFC 6750 section 2.1). No run of it is long enough to look like a token
   * by itself: only who knows the secret can remove it.
   */
  token(name: string): string {
    return this.add(name, `${random()}+${random()}/${random()}~${random()}.${random()}==`);
  }

  /** In the form of our own keys. */
  apiKey(name: string): string {
    return this.add(name, `rgk_${randomBytes(32).toString('base64url')}`);
  }

  /** A secret that somebody else made. */
  add(name: string, value: string): string {
    this.canaries.push({ name, value });
    return value;
  }
}

function random(): string {
  return randomBytes(6).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y');
}
