import { describeWith } from '../../support/describeWith.ts';
import { testPeerCuts } from '../../support/kill/peerTests.ts';

describeWith(['moto', 'postgres', 'temporal', 'oidc-provider'], 'Killed at any request to a peer', (servers) => {
  testPeerCuts(servers, (cuts) => cuts, 3_600_000);
});
