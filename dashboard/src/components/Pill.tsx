import type { CredentialHealth, Phase } from '../../../domain/words.ts';
import { healthTone, label, phaseTone, type Tone } from '../model/states.ts';

/** A state by colour and text. */
export function Pill({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`pill ${tone}`}>{children}</span>;
}

export function PhasePill({ phase }: { phase: Phase }) {
  return <Pill tone={phaseTone(phase)}>{label(phase)}</Pill>;
}

export function HealthPill({ health }: { health: CredentialHealth }) {
  return <Pill tone={healthTone(health)}>{label(health)}</Pill>;
}
