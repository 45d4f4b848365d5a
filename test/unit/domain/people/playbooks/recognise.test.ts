import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Playbooks } from '../../../../../domain/people/playbooks/playbook.ts';
import { type Recognisable, recognisePlaybook } from '../../../../../domain/people/playbooks/recognise.ts';
import { loadPlaybooks } from '../../../../../runtime/playbooks.ts';

let playbooks: Playbooks;
beforeAll(async () => {
  playbooks = await loadPlaybooks();
});

const known = (changes: Partial<Recognisable>): Recognisable => ({
  vendor: null,
  fhirBaseUrl: 'https://fhir.mercy.example/r4',
  tokenEndpoint: null,
  authorizationEndpoint: null,
  issuer: null,
  ...changes,
});

test.each([
  ['https://fhir.epic.com/interconnect-fhir-oauth/api/FHIR/R4', 'epic'],
  ['https://epicproxy.mercy.example/FHIR-PRD/api/FHIR/R4', 'epic'],
  ['https://epicproxy.mercy.example/FHIR-PRD/api/fhir/DSTU2/', 'epic'],
  ['https://fhir-ehr.cerner.com/r4/ec2458f2-1e24-41c8-b71b-0e701af7583d', 'oracle-health'],
  ['https://FHIR-MYRECORD.CERNER.COM/r4/abc', 'oracle-health'],
  ['https://api.platform.athenahealth.com/fhir/r4', 'athenahealth'],
  ['https://api.preview.platform.athenahealth.com/fhir/r4', 'athenahealth'],
  ['https://fhir4.eclinicalworks.com/fhir/r4/FFBJCD', 'eclinicalworks'],
  ['https://staging-fhir.ecwcloud.com/fhir/r4/FFBJCD', 'eclinicalworks'],
  ['https://fhir4.healow.com/fhir/r4/FFBJCD', 'eclinicalworks'],
  ['https://fhir.nextgen.com/nge/prod/fhir-api-r4/fhir/r4/', 'nextgen'],
  ['https://fhir.fhirpoint.open.allscripts.com/fhirroute/fhir/CP00101', 'veradigm'],
  ['https://ehr.mercy.example/fhirroute/fhir/CP00101', 'veradigm'],
  ['https://greenfield-prod-apis.meditech.com/v2/uscore/STU6', 'meditech'],
  ['https://mtx.mercy.example:443/v2/uscore/R4', 'meditech'],
  ['https://fhir.mercy.example/r4', 'generic'],
  // Another site that only begins or ends like one.
  ['https://fhir.epic.com.attacker.example/r4', 'generic'],
  ['https://notcerner.com/r4', 'generic'],
  ['https://cerner.com@attacker.example/r4', 'generic'],
  ['https://attacker.example/r4?x=/api/fhir/', 'generic'],
  ['https://attacker.example/r4#/api/fhir/', 'generic'],
  ['not a url', 'generic'],
  ['', 'generic'],
])('%s is %s', (fhirBaseUrl, id) => {
  expect(recognisePlaybook(playbooks, known({ fhirBaseUrl })).playbook.id).toBe(id);
});

test.each<[string, Partial<Recognisable>, string, string]>([
  ['a person outranks the URL', { vendor: 'nextgen', fhirBaseUrl: 'https://fhir.epic.com/r4' }, 'nextgen', 'vendor'],
  ['an unknown word of a person says nothing', { vendor: 'acme' }, 'generic', 'none'],
  [
    'the token endpoint tells the vendor behind a proxy',
    { tokenEndpoint: 'https://authorization.cerner.com/tenants/a/protocols/oauth2/profiles/smart-v1/token' },
    'oracle-health',
    'authorization-server',
  ],
  [
    'so does the issuer',
    { issuer: 'https://oauthserver.eclinicalworks.com/oauth' },
    'eclinicalworks',
    'authorization-server',
  ],
  [
    'the host of the base outranks the authorization server',
    { fhirBaseUrl: 'https://fhir.nextgen.com/r4', tokenEndpoint: 'https://fhir.epic.com/oauth2/token' },
    'nextgen',
    'fhir-base-url',
  ],
  [
    'a host outranks a path, which anybody may use',
    { fhirBaseUrl: 'https://ehr.example/api/fhir/r4', tokenEndpoint: 'https://oauth.healow.com/token' },
    'eclinicalworks',
    'authorization-server',
  ],
  ['a path is read of the base only', { tokenEndpoint: 'https://login.example/api/fhir/token' }, 'generic', 'none'],
])('%s', (_name, changes, id, by) => {
  const { playbook, by: why } = recognisePlaybook(playbooks, known(changes));
  expect([playbook.id, why]).toEqual([id, by]);
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(fc.string()),
      fc.constantFrom('https://fhir.epic.com', 'https://a.example/api/fhir/r4', 'http://[::1]', ''),
      (fhirBaseUrl, vendor, issuer) => {
        expect(
          recognisePlaybook(playbooks, known({ fhirBaseUrl, vendor, issuer })).playbook.steps.length,
        ).toBeGreaterThan(0);
      },
    ),
  );
});
