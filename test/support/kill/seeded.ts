/** Random numbers from 0 to 1 by a seed (mulberry32): the same seed gives the same tests. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The seed of this run: `REGISTRAR_TEST_SEED`, or one of its own that is printed. */
export function seedOfRun(): number {
  const given = process.env['REGISTRAR_TEST_SEED'];
  return given === undefined || given === '' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

/** `count` of the items, each at most once, in their order. */
export function sample<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const ranked = items.map((item, index) => ({ item, index, rank: random() }));
  const chosen = ranked.sort((left, right) => left.rank - right.rank).slice(0, count);
  return chosen.sort((left, right) => left.index - right.index).map(({ item }) => item);
}
