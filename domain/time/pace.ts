/** Times of the pace of rotation (DESIGN section 6), in milliseconds; part of the time policy, so that tests scale them. */
export interface PaceTimes {
  /** An expiry nearer to the answer than this is a mistake, not a lifetime: some servers write a duration, or now. */
  readonly usableExpiry: number;
  /** A lifetime below this gets a finding in production. */
  readonly shortLifetime: number;
  /** Bounds of the shortest time between two attempts, which is a 300th of the lifetime. */
  readonly paceFloorLeast: number;
  readonly paceFloorMost: number;
  /** The first retry before expiry; doubles. */
  readonly paceStep: number;
  /** The longest wait where no expiry presses. */
  readonly paceMost: number;
  /** After expiry, where the server does not answer: the first step, doubling to the most. */
  readonly outageStep: number;
  readonly outageMost: number;
  /** After expiry, where the server says no: 1, 2, 4, 6 of these. */
  readonly refusalStep: number;
  /** One more request to a client's registration endpoints after each of these. */
  readonly bucketRefill: number;
  /** What falls into a freeze window is spread over this long before it. */
  readonly windowSpread: number;
  /** A pending secret that stays rejected is set aside between these. */
  readonly setAsideLeast: number;
  readonly setAsideMost: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export const defaultPaceTimes: PaceTimes = {
  usableExpiry: 30 * second,
  shortLifetime: hour,
  paceFloorLeast: second,
  paceFloorMost: 5 * minute,
  paceStep: hour,
  paceMost: 24 * hour,
  outageStep: 5 * minute,
  outageMost: hour,
  refusalStep: hour,
  bucketRefill: hour,
  windowSpread: 12 * hour,
  setAsideLeast: 3 * minute,
  setAsideMost: 24 * hour,
};
