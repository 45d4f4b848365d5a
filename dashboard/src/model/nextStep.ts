import { findCondition } from '../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { Phase } from '../../../domain/words.ts';
import { label } from './states.ts';

const nextSteps: Readonly<Record<Phase, string | null>> = {
  discovering: null,
  registering: null,
  active: null,
  retiring: null,
  retired: null,
  awaiting_approval:
    'A registration endpoint waits for an administrator, who compares it with what the health system says.',
  awaiting_token: 'Get an initial access token from the health system and supply it here.',
  manual_required:
    'Hand the packet in at the vendor or the health system, note that here, and supply the credential once it comes.',
  submitted: 'The vendor or the health system has it. Note its answer here, and supply the credential once it comes.',
  verifying:
    'Nothing to do: Registrar proves the credential until the token endpoint knows it. If it was the wrong one, supply the right one.',
  awaiting_enablement:
    'Ask the health system to enable the client. Registrar tries by itself and goes on once it works.',
  suspended:
    'Suspended: nothing is sent to the health system, and what is asked for waits, until somebody resumes the registration.',
};

/** Why the documents could not be read yet; null where they were, or have not been tried. */
export function readingFailure({ phase, conditions }: Pick<RegistrationView, 'phase' | 'conditions'>): string | null {
  const discovered = phase === 'discovering' ? findCondition(conditions, 'Discovered') : undefined;
  return discovered?.status === 'False' ? discovered.message : null;
}

/** What a person does next in a phase that waits, as a sentence; null where Registrar goes on by itself. */
export function nextStepOf(view: Pick<RegistrationView, 'phase' | 'suspended' | 'conditions'>): string | null {
  const { phase, suspended } = view;
  const failure = readingFailure(view);
  if (failure !== null)
    return `The documents could not be read yet: ${failure.replace(/\.?$/, '.')} Registrar goes on trying. Check that the FHIR base URL is right.`;
  return suspended === undefined
    ? nextSteps[phase]
    : `${nextSteps.suspended} It goes on as: ${label(suspended.phase)}.`;
}
