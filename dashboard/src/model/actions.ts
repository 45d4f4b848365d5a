import type { RegistrationView } from '../../../domain/registrationView.ts';
import type { Role, Strategy } from '../../../domain/words.ts';

/** Whether a person may start an operation now; where not, a sentence says why. */
export type Availability = { readonly possible: true } | { readonly possible: false; readonly why: string };

type Subject = Pick<RegistrationView, 'phase' | 'credentialHealth' | 'credential'>;

const possible: Availability = { possible: true };
const not = (why: string): Availability => ({ possible: false, why });

const strategyObstacles: Readonly<Record<Strategy, string | null>> = {
  update: null,
  admin: null,
  key: null,
  replace: 'A new client would have to take the place of this one; this version leaves that to a person.',
  manual: 'The health system offers no way to replace the secret by a request; replace it by hand.',
  none: 'This client has no secret that expires; there is nothing to rotate.',
};

function roleObstacle(role: Role | null): string | null {
  if (role === null) return 'This tab is for reading only. Sign in here to act.';
  return role === 'viewer' ? 'Your key has the role viewer; an operator or administrator can do this.' : null;
}

/** Whether `rotate` can be asked for. The API has the last word. */
export function rotateAvailability(view: Subject, role: Role | null): Availability {
  const obstacle = roleObstacle(role);
  if (obstacle !== null) return not(obstacle);
  if (view.credential === null) return not('There is no credential yet.');
  if (view.phase !== 'active')
    return not(`Only an active registration can be rotated; this one is ${view.phase.replaceAll('_', ' ')}.`);
  if (view.credentialHealth === 'rotating') return not('A rotation is under way.');
  const strategy = strategyObstacles[view.credential.strategy];
  return strategy === null ? possible : not(strategy);
}

/** Whether `verify` can be asked for. */
export function verifyAvailability(view: Subject, role: Role | null): Availability {
  const obstacle = roleObstacle(role);
  if (obstacle !== null) return not(obstacle);
  if (view.credential === null) return not('There is no credential to prove yet.');
  if (view.phase === 'retired' || view.phase === 'retiring') return not(`The registration is ${view.phase}.`);
  return possible;
}

/** Whether an initial access token is asked for, and this caller may supply it. */
export function supplyTokenAvailability(view: Subject, role: Role | null): Availability {
  const obstacle = roleObstacle(role);
  if (obstacle !== null) return not(obstacle);
  return view.phase === 'awaiting_token' ? possible : not('No initial access token is asked for.');
}
