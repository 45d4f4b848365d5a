/** Whether a bogus-code probe tells a good secret from a wrong one here, learned by a control request. */
export interface ProbeKnowledge {
  readonly controlDiffers: boolean;
  /** `{status} {error}` of the wrong secret. */
  readonly controlAnswer: string;
  readonly learnedAt: number;
}

/** What controls have taught about token endpoints. */
export interface ProbeKnowledgeLedger {
  /** What controls have shown at a token endpoint with an authentication method; null = not yet known. */
  probeKnowledge(tokenEndpoint: string, authMethod: string): Promise<ProbeKnowledge | null>;
  learnProbe(tokenEndpoint: string, authMethod: string, knowledge: ProbeKnowledge): Promise<void>;
}
