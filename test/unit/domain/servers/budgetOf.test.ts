import { expect, it } from 'vitest';
import { budgetOf } from '../../../../domain/servers/budgetOf.ts';
import { loadPlaybooks } from '../../../../runtime/playbooks.ts';

const playbooks = await loadPlaybooks();

it.each<[url: string, budget: string, perMinute: number, source: string]>([
  ['https://api.platform.athenahealth.com/oauth2/v1/token', 'group:athenahealth', 50, 'playbook:athenahealth'],
  [
    'https://api.preview.platform.athenahealth.com/oauth2/v1/token',
    'group:athenahealth-preview',
    5,
    'playbook:athenahealth',
  ],
  [
    'https://oauthserver.eclinicalworks.com/oauth/oauth2/token',
    'https://oauthserver.eclinicalworks.com',
    250,
    'playbook:eclinicalworks',
  ],
  ['https://EHR.example:443/a/token?x=1', 'https://ehr.example', 1_200, 'default'],
  ['https://ehr.example:8443/token', 'https://ehr.example:8443', 1_200, 'default'],
  ['http://127.0.0.1:9000/b:1/token', 'http://127.0.0.1:9000', 1_200, 'default'],
  ['https://[2001:db8::1]:444/token', 'https://[2001:db8::1]:444', 1_200, 'default'],
  ['https://[2001:db8::1]/token', 'https://[2001:db8::1]', 1_200, 'default'],
  ['not a url', 'not a url', 1_200, 'default'],
])('counts %s on %s', (url, budget, perMinute, source) => {
  expect(budgetOf(playbooks, url)).toEqual({ budget, perMinute, source });
});
