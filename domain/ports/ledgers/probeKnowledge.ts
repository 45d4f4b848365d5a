import type { ProbeKnowledge } from '../../credential/probeAnswer.ts';
import type { ProbeForm, ProbeGrant } from '../../credential/probeForms.ts';
import type { AuthMethod } from '../../words.ts';

/** What is learned of one kind of client says nothing about another, nor of one form of probe about another. */
export interface ProbePlace {
  readonly tokenEndpoint: string;
  readonly authMethod: AuthMethod;
  readonly grant: ProbeGrant;
}

export interface ProbeKnowledgeLedger {
  /** What controls have shown, by form of probe; nothing where none was sent. */
  probeKnowledge(where: ProbePlace): Promise<Readonly<Partial<Record<ProbeForm, ProbeKnowledge>>>>;
  learnProbe(where: ProbePlace, form: ProbeForm, knowledge: ProbeKnowledge): Promise<void>;
}
