/** What people are told of a reason. */
export interface ReasonText {
  /** What is the case. */
  readonly sentence: string;
  /** What a person should do; null when Registrar goes on by itself. */
  readonly action: string | null;
}
