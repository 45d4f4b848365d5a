import { describeWith } from '../../support/describeWith.ts';
import { sampled } from '../../support/kill/peerPlans.ts';
import { testPeerCuts } from '../../support/kill/peerTests.ts';

describeWith(['moto', 'postgres', 'temporal', 'oidc-provider'], 'Killed at a request to a peer', (servers) => {
  testPeerCuts(servers, sampled, 900_000);
});
