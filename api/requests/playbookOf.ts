import type { Playbook, Playbooks } from '../../domain/people/playbooks/playbook.ts';
import { genericPlaybookId } from '../../domain/people/playbooks/playbook.ts';
import { type RecognisedBy, recognisePlaybook } from '../../domain/people/playbooks/recognise.ts';
import type { TaskVendor } from '../../domain/people/tasks/task.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { durationToMilliseconds } from '../../domain/time/duration.ts';

/** The playbook that fits what is known of a registration's server now. */
export function playbookOf(playbooks: Playbooks, view: RegistrationView): Playbook {
  return recognised(playbooks, view, null).playbook;
}

/** The playbook that the task of a registration goes by; where it has none, or the generic one, that which fits now. */
export function playbookOfTask(
  playbooks: Playbooks,
  view: RegistrationView,
): { readonly playbook: Playbook; readonly by: RecognisedBy } {
  const given = view.task?.vendor?.playbookId ?? null;
  return recognised(playbooks, view, given === genericPlaybookId ? null : given);
}

function recognised(playbooks: Playbooks, { fhirBaseUrl, discovery }: RegistrationView, vendor: string | null) {
  return recognisePlaybook(playbooks, {
    vendor,
    fhirBaseUrl,
    tokenEndpoint: discovery?.tokenEndpoint ?? null,
    authorizationEndpoint: discovery?.authorizationEndpoint ?? null,
    issuer: discovery?.issuer ?? null,
  });
}

/** What an entity needs to know of a vendor, as it cannot read playbooks itself. */
export function taskVendorOf({ id, certified, steps }: Playbook): TaskVendor {
  const waits = steps
    .filter(({ who }) => who !== 'us')
    .flatMap(({ expectedWait }) => (expectedWait === null ? [] : durationToMilliseconds(expectedWait)));
  return {
    playbookId: id,
    certified: certified.answer,
    developer: certified.developer,
    expectedWait: waits.length === 0 ? null : Math.max(...waits),
  };
}
