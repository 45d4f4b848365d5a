import type { ReasonText } from './text.ts';

/** What the application reported of its launches. */
export const launches = {
  NotReported: {
    sentence: 'No launch has been reported yet.',
    action: 'After a first successful launch, report it on the page or with registrar report-launch.',
  },
  LaunchSucceeded: { sentence: 'The application reported a launch that worked.', action: null },
  LaunchFailed: {
    sentence: 'The application reported a launch that failed.',
    action:
      'Read the error in the timeline: compare redirect URIs and scopes with the registered ones, and ask the health system whether the application is enabled for its users.',
  },
} as const satisfies Record<string, ReasonText>;

/** Tasks of people. */
export const tasks = {
  TaskReminder: {
    sentence: 'A task of a person has not moved for a while.',
    action: 'Ask whoever has it, then note the progress at the registration (PATCH …/task).',
  },
  TaskEscalated: {
    sentence: 'A task of a person is late.',
    action: 'Take it to the one who is responsible for this health system; note the progress at the registration.',
  },
  TaskDeadlineMissed: {
    sentence: 'The developer of the certified technology is late with what 45 CFR 170.404(b)(1) gives it time for.',
    action: 'Write to the developer and quote the rule; the packet names both clocks.',
  },
  ManualRotationNeeded: {
    sentence: 'The secret is due for rotation, and the health system offers no way to replace it by a request.',
    action:
      'Get a new secret from the vendor or the health system before the expiry and supply it at the registration.',
  },
} as const satisfies Record<string, ReasonText>;
