import { durationToMilliseconds } from '../domain/duration.ts';
import type { Playbook, Playbooks } from '../domain/playbooks/playbook.ts';
import { recognisePlaybook } from '../domain/playbooks/recognise.ts';
import type { RegistrationView } from '../domain/registrationView.ts';
import type { TaskVendor } from '../domain/tasks/task.ts';

/** The playbook that fits a registration. */
export function playbookOf(playbooks: Playbooks, { fhirBaseUrl, discovery }: RegistrationView): Playbook {
  return recognisePlaybook(playbooks, {
    vendor: null,
    fhirBaseUrl,
    tokenEndpoint: discovery?.tokenEndpoint ?? null,
    authorizationEndpoint: discovery?.authorizationEndpoint ?? null,
    issuer: discovery?.issuer ?? null,
  }).playbook;
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
