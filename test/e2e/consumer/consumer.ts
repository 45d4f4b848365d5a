import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as client from 'openid-client';
import { chromium } from 'playwright-core';

/**
 * A SMART application as a vendor would write it: it knows the name of its secret and has AWS credentials of its own,
 * and nothing of Registrar. `login` signs a user in by authorization code with PKCE in a real browser and keeps the
 * refresh token in a file; `refresh` uses it. Prints what the tokens were granted, never a token.
 */
const [command = '', secretName = '', stateFile = ''] = process.argv.slice(2);

interface ClientSecret {
  readonly client_id: string;
  readonly client_secret: string;
  readonly token_endpoint: string;
  readonly authorization_endpoint: string;
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly redirect_uris: readonly [string];
  readonly scope: string;
}

const secrets = new SecretsManagerClient({});
const { SecretString } = await secrets.send(
  new GetSecretValueCommand({ SecretId: secretName, VersionStage: 'AWSCURRENT' }),
);
const secret: ClientSecret = JSON.parse(SecretString ?? '{}');
const { issuer, token_endpoint, authorization_endpoint, jwks_uri } = secret;
const configuration = new client.Configuration(
  { issuer, token_endpoint, authorization_endpoint, jwks_uri },
  secret.client_id,
  undefined,
  client.ClientSecretBasic(secret.client_secret),
);
client.allowInsecureRequests(configuration);

/** The user's part: signs in and consents in headless Chromium; answers the URL that the browser was sent to. */
async function signIn(authorizationUrl: URL, redirectUri: URL): Promise<URL> {
  const arrived = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    response.writeHead(200, { 'content-type': 'text/plain' }).end('signed in');
    if (url.pathname === redirectUri.pathname) arrived.resolve(url);
  });
  await new Promise<void>((resolve) => server.listen(Number(redirectUri.port), redirectUri.hostname, resolve));
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage();
    await page.goto(authorizationUrl.href);
    await page.fill('#username', process.env['SMART_USER'] ?? '');
    await page.fill('#password', process.env['SMART_PASSWORD'] ?? '');
    await page.click('[type=submit]');
    const consent = page.locator('[name=accept]');
    const outcome = await Promise.race([
      arrived.promise.then(() => 'arrived'),
      consent.waitFor({ timeout: 60_000 }).then(() => 'consent'),
    ]);
    if (outcome === 'consent') await consent.click();
    return await arrived.promise;
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

async function login(): Promise<string | undefined> {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const authorizationUrl = client.buildAuthorizationUrl(configuration, {
    redirect_uri: secret.redirect_uris[0],
    scope: secret.scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  const arrived = await signIn(authorizationUrl, new URL(secret.redirect_uris[0]));
  const tokens = await client.authorizationCodeGrant(configuration, arrived, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  await writeFile(stateFile, tokens.refresh_token ?? '', { mode: 0o600 });
  return tokens.scope;
}

async function refresh(): Promise<string | undefined> {
  const tokens = await client.refreshTokenGrant(configuration, await readFile(stateFile, 'utf8'));
  await writeFile(stateFile, tokens.refresh_token ?? '', { mode: 0o600 });
  return tokens.scope;
}

const granted = command === 'login' ? await login() : await refresh();
process.stdout.write(
  `${JSON.stringify({ granted: granted?.split(' ').sort(), asked: secret.scope.split(' ').sort() })}\n`,
);
