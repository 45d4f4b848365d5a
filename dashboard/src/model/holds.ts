import { type Release, releaseNames } from '../../../domain/registration/hold.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { Role } from '../../../domain/words.ts';
import type { Availability } from './actions.ts';
import { roleObstacle } from './roles.ts';

type Subject = Pick<RegistrationView, 'phase' | 'suspended' | 'hold'>;

/** Stopping a registration, or what lets it go on. */
export interface HoldAction {
  readonly kind: 'suspend' | 'resume' | 'retry' | 'discover' | 'acceptCurrent' | 'overwrite';
  /** Path below the registration. */
  readonly path: string;
  readonly name: string;
  /** What happens then, said before it is asked for; null: it is asked for at once. */
  readonly confirm: { readonly title: string; readonly text: string } | null;
  readonly availability: Availability;
}

const possible: Availability = { possible: true };

function forRole(role: Role | null, needed: 'operator' | 'administrator'): Availability {
  const why = roleObstacle(role, needed);
  return why === null ? possible : { possible: false, why };
}

/** Suspending, or resuming what is suspended; null once the registration ends. */
export function suspension(view: Subject, role: Role | null): HoldAction | null {
  if (view.phase === 'retiring' || view.phase === 'retired') return null;
  const availability = forRole(role, 'operator');
  if (view.suspended !== undefined)
    return { kind: 'resume', path: 'resume', name: 'Resume', confirm: null, availability };
  return {
    kind: 'suspend',
    path: 'suspend',
    name: 'Suspend',
    confirm: {
      title: 'Suspend the registration?',
      text: 'Nothing is sent to the health system until somebody resumes it; only a request that was sent before is settled. What is asked for meanwhile waits. A secret that expires meanwhile is not replaced. The application goes on reading the credential.',
    },
    availability,
  };
}

const retryText = {
  RegistrationUnanswered:
    'The client is registered once more. Have clients of this name that nobody holds removed at the health system first: otherwise there may be one more of them.',
  RegistrationAnswerNotUsable:
    'The client is registered once more. The answer before may tell of a client, which is listed among the orphans (GET /v1/orphans): have it removed at the health system first.',
} as const satisfies Partial<Record<string, string>>;

/** What releases the hold by a word alone, in the order of the API; the other ways have forms of their own. */
export function holdActions({ hold }: Subject, role: Role | null): HoldAction[] {
  if (hold === undefined) return [];
  const offered: readonly HoldAction[] = [
    {
      kind: 'retry',
      path: 'retry',
      name: 'Retry',
      confirm: {
        title: 'Try once more?',
        text:
          retryText[hold.reason as keyof typeof retryText] ?? 'The same is tried once more, with what is known now.',
      },
      availability: forRole(role, 'operator'),
    },
    {
      kind: 'discover',
      path: 'discover',
      name: 'Discover',
      confirm: {
        title: 'Read the documents again?',
        text: 'The discovery documents are read again. Then what is held goes on, with what they and the application say by then.',
      },
      availability: forRole(role, 'operator'),
    },
    {
      kind: 'acceptCurrent',
      path: 'accept-current',
      name: 'Accept current',
      confirm: {
        title: 'Take the version that is current?',
        text: 'Registrar takes over what somebody else made current in the secret store, once it is proved at the token endpoint. Its own version is kept and not used.',
      },
      availability: forRole(role, 'administrator'),
    },
    {
      kind: 'overwrite',
      path: 'overwrite',
      name: 'Overwrite',
      confirm: {
        title: 'Overwrite the current version?',
        text: 'The version of Registrar becomes current in the secret store. Every consumer reads it from then on, and no longer what somebody else put there.',
      },
      availability: forRole(role, 'administrator'),
    },
  ];
  return offered.filter(({ kind }) => hold.releasedBy.includes(kind as Release));
}

/** What releases the hold, as a sentence; null where nothing is held. */
export function releaseText({ hold }: Subject): string | null {
  return hold === undefined
    ? null
    : `Nothing more is tried by itself. Released by ${releaseNames(hold.releasedBy)}; nothing else releases it.`;
}
