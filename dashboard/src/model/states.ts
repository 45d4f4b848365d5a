import type { ConditionStatus } from '../../../domain/registration/conditions.ts';
import type { ConditionType, CredentialHealth, Phase } from '../../../domain/words.ts';

/** Colour of a state; the text always stands beside it. */
export type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'idle';

const phaseTones: Readonly<Record<Phase, Tone>> = {
  discovering: 'busy',
  awaiting_approval: 'waiting',
  awaiting_token: 'waiting',
  registering: 'busy',
  manual_required: 'waiting',
  submitted: 'waiting',
  verifying: 'busy',
  awaiting_enablement: 'waiting',
  active: 'good',
  suspended: 'idle',
  retiring: 'busy',
  retired: 'idle',
};

const healthTones: Readonly<Record<CredentialHealth, Tone>> = {
  none: 'idle',
  healthy: 'good',
  due: 'waiting',
  rotating: 'busy',
  overdue: 'bad',
  expired: 'bad',
  rejected: 'bad',
  unknown: 'idle',
};

export function phaseTone(phase: Phase): Tone {
  return phaseTones[phase];
}

export function healthTone(health: CredentialHealth): Tone {
  return healthTones[health];
}

/** `NeedsAttention` is the one condition whose good state is False. */
export function conditionTone(type: ConditionType, status: ConditionStatus): Tone {
  if (status === 'Unknown') return 'idle';
  if (type === 'NeedsAttention') return status === 'True' ? 'bad' : 'good';
  return status === 'True' ? 'good' : 'waiting';
}

/** A word of the vocabulary as a label: `awaiting_token` → `Awaiting token`. */
export function label(word: string): string {
  const spaced = word.replaceAll('_', ' ').replaceAll('-', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** A CamelCase constant as words: `RedirectUrisDiffer` → `Redirect URIs differ`. */
export function words(constant: string): string {
  return label(constant.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()).replace(/\buri(s?)\b/gi, 'URI$1');
}
