import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as base64url. */
function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A new API key (DESIGN section 7). Secret. */
export function newApiKey(): string {
  return `rgk_${randomToken()}`;
}

/** The form of an API key. */
export const apiKeyForm = /^rgk_[A-Za-z0-9_-]{43}$/;

/** A new session id or anti-forgery token. Secret. */
export const newSessionToken = randomToken;

/** Under what keys, session ids and anti-forgery tokens are stored: SHA-256 as hex. */
export function sha256Hex(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Whether `secret` has this hash, in a time that does not depend on where they differ. */
export function hasHash(secret: string, sha256: string): boolean {
  const expected = Buffer.from(sha256, 'hex');
  const actual = createHash('sha256').update(secret, 'utf8').digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
