import type { HealthSystem } from '../healthSystem.ts';
import type { SystemOptions } from '../options.ts';
import type { DemoApi } from './api.ts';

/** Rotation starts after some two thirds of a life, so this shows one within the first minute. */
const demoLifetime = 45;

/** One health system of each kind; the name is the tenant's id. */
export const demoSystems: readonly SystemOptions[] = [
  // A person may rotate at any time: the server gives a new secret however young the old one is.
  { name: 'lakeside-general', kind: 'rotating', secretLifetime: demoLifetime, renewalShare: 1 },
  { name: 'harbor-clinic', kind: 'open' },
  { name: 'summit-health', kind: 'initial-access-token' },
  { name: 'valley-hospital', kind: 'no-registration' },
];

export const applicationId = 'demo-app';

const application = {
  clientMetadata: {
    client_name: 'Registrar demo application',
    redirect_uris: ['https://demo.example/callback'],
    scope: 'launch openid fhirUser offline_access patient/Observation.rs patient/Patient.rs',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    contacts: ['operations@demo.example'],
  },
  launchUris: ['https://demo.example/launch'],
  authMethods: ['client_secret_basic', 'client_secret_post'],
  environments: { sandbox: { class: 'nonProduction' } },
  policies: { allowAnonymous: true },
};

/** Puts the application and adds one tenant for each system, with an initial access token where it takes one. */
export async function onboard(api: DemoApi, systems: readonly HealthSystem[]): Promise<void> {
  await api.put(`/v1/applications/${applicationId}`, application);
  for (const system of systems) {
    const takesToken = system.kind === 'rotating' || system.kind === 'initial-access-token';
    const token = takesToken ? { initialAccessToken: await system.initialAccessToken() } : {};
    const registration = { applicationId, environment: 'sandbox', fhirBaseUrl: system.fhirBaseUrl, ...token };
    await api.post('/v1/tenants', {
      tenantId: system.name,
      name: titleOf(system.name),
      registrations: [registration],
    });
  }
}

function titleOf(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
