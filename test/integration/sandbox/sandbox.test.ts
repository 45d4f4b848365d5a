import { afterEach, expect, it } from 'vitest';
import { type Sandbox, type SystemOptions, startSandbox } from '../../../sandbox/sandbox.ts';
import { describeWith } from '../../support/describeWith.ts';

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

async function start(...systems: SystemOptions[]): Promise<Sandbox> {
  sandbox = await startSandbox({ systems });
  return sandbox;
}

describeWith('oidc-provider', 'a simulated health system', () => {
  it.each(['rotating', 'open', 'initial-access-token'] as const)(
    'of kind %s names the same endpoints in both documents',
    async (kind) => {
      const { systems } = await start({ name: 'one', kind });
      const system = systems[0]!;
      const smart = (await (await fetch(`${system.fhirBaseUrl}/.well-known/smart-configuration`)).json()) as Record<
        string,
        unknown
      >;
      expect(smart).toMatchObject({
        registration_endpoint: system.registrationEndpoint,
        token_endpoint: system.tokenEndpoint,
      });
      const statement = await (await fetch(`${system.fhirBaseUrl}/metadata`)).text();
      expect(statement).toContain(JSON.stringify({ url: 'register', valueUri: system.registrationEndpoint }));
    },
  );

  it('of kind no-registration names none', async () => {
    const { systems } = await start({ name: 'one', kind: 'no-registration' });
    const { fhirBaseUrl, registrationEndpoint } = systems[0]!;
    expect(registrationEndpoint).toBeNull();
    for (const path of ['.well-known/smart-configuration', 'metadata']) {
      expect(await (await fetch(`${fhirBaseUrl}/${path}`)).text()).not.toMatch(/registration_endpoint|"register"/);
    }
  });

  it('stands for many tenants: every path below its base is one', async () => {
    const { systems } = await start({ name: 'one', kind: 'open' });
    const { fhirBaseUrl, tokenEndpoint } = systems[0]!;
    const smart = await (await fetch(`${fhirBaseUrl}/tenant-7/.well-known/smart-configuration`)).json();
    expect(smart).toMatchObject({ token_endpoint: tokenEndpoint });
    expect((await fetch(`${fhirBaseUrl}/Patient/1`)).status).toBe(404);
  });

  it('logs requests with their client, and neither secret nor token', async () => {
    const { systems } = await start({ name: 'one', kind: 'open' });
    const { registrationEndpoint, tokenEndpoint, ledger } = systems[0]!;
    const registered = await fetch(registrationEndpoint ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'X', redirect_uris: ['https://app.example/'], scope: 'launch' }),
    });
    const { client_id, client_secret } = (await registered.json()) as { client_id: string; client_secret: string };
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: 'https://app.example/',
    });
    const authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`;
    await fetch(tokenEndpoint, { method: 'POST', body, headers: { authorization } });
    expect(ledger().requests.map(({ method, path, clientId }) => [method, path, clientId])).toEqual([
      ['POST', '/reg', client_id],
      ['POST', '/token', client_id],
    ]);
    expect(JSON.stringify(ledger())).not.toContain(client_secret);
  });

  it('answers later by the delay asked for', async () => {
    const { systems } = await start({ name: 'slow', kind: 'open', answerDelay: 50 });
    const before = performance.now();
    await fetch(`${systems[0]!.fhirBaseUrl}/metadata`);
    expect(performance.now() - before).toBeGreaterThanOrEqual(49);
  });

  it('knows nothing of another one, and nothing after it stopped', async () => {
    const { systems } = await start({ name: 'a', kind: 'rotating' }, { name: 'b', kind: 'rotating' });
    const [a, b] = [systems[0]!, systems[1]!];
    const token = await a.initialAccessToken();
    const register = (endpoint: string | null) =>
      fetch(endpoint ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ redirect_uris: ['https://app.example/'] }),
      });
    expect((await register(b.registrationEndpoint)).status).toBe(401);
    expect((await register(a.registrationEndpoint)).status).toBe(201);
    await a.stop();
    const again = await startSandbox({
      systems: [{ name: 'a', kind: 'rotating', port: Number(new URL(a.issuer).port) }],
    });
    expect((await register(again.system('a').registrationEndpoint)).status).toBe(401);
    expect(again.system('a').ledger().clients).toEqual([]);
    await again.stop();
    await b.stop();
    sandbox = undefined;
  });

  it('stops what it started when one cannot start', async () => {
    const { systems } = await start({ name: 'a', kind: 'open' });
    const port = Number(new URL(systems[0]!.issuer).port);
    await expect(
      startSandbox({
        systems: [
          { name: 'b', kind: 'open' },
          { name: 'c', kind: 'open', port },
        ],
      }),
    ).rejects.toThrow(/EADDRINUSE/);
  });
});

describeWith('oidc-provider', 'a secret of a rotating system', () => {
  it('expires', async () => {
    const { systems } = await start({ name: 'short', kind: 'rotating', secretLifetime: 2 });
    const system = systems[0]!;
    const registered = await fetch(system.registrationEndpoint ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await system.initialAccessToken()}` },
      body: JSON.stringify({ redirect_uris: ['https://app.example/'] }),
    });
    const { client_id, client_secret } = (await registered.json()) as { client_id: string; client_secret: string };
    const token = () =>
      fetch(system.tokenEndpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: 'c',
          redirect_uri: 'https://app.example/',
        }),
        headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
      });
    expect(await (await token()).json()).toMatchObject({ error: 'invalid_grant' });
    await expect
      .poll(async () => (await token()).json(), { timeout: 10_000 })
      .toMatchObject({ error: 'invalid_client' });
  });
});
