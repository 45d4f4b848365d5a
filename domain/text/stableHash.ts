/**
 * FNV-1a, 32 bits, over UTF-16 code units: a stable number for jitter. Not for anything that must resist an adversary.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** A stable fraction in [0, 1) of a text. */
export function stableFraction(text: string): number {
  return fnv1a(text) / 0x1_0000_0000;
}
