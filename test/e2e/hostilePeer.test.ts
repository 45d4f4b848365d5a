import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../stores/records/records.ts';
import { exportAudit, openPostgres } from '../../stores/records/records.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { newMasterKey, type Product, scratch, startProduct } from '../support/product.ts';
import { launch, watchForErrors } from './dashboard/browser.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
/** Shows that a text of the peer arrived at all. */
const mark = 'Mark7f3a';
const markup = `${mark}<script>window.owned=1</script><img src=x onerror="window.owned=1">`;
const steering = '\u001b[31m\u001b]0;owned\u0007\u009b2J\r\n\u0000\u202e\u2066\u200b';
const formulas = ["=cmd|'/c calc'!A1", '@SUM(1+1)*cmd', '+1+cmd', '-1+cmd'];
/** Control, bidirectional and other format characters; the line ends of a text of lines are taken away before. */
const steers = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const tokens = {
  // Also given back after it was spent, when nobody keeps it to compare with: it has to look like the token that it is.
  initialAccessToken: 'plantedIat2c81f0Qw8Zr5Tn1Lk7Vb3Xc9Ms6Hd4Jf0',
  clientSecret: 'planted-secret-77d1e4+/cd%20',
  managementToken: 'planted-rat-5be93a+/ef==',
};

/** Every form in which a peer could give a secret back. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return [secret, encodeURIComponent(secret), bytes.toString('base64'), bytes.toString('base64url'), hex];
}

/** A health system that means ill: all that it says is meant for whoever reads it. */
class HostilePeer {
  readonly asked: { readonly method: string; readonly path: string; readonly body: string }[] = [];
  readonly #server: Server;
  host = '';

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request);
    const path = request.url ?? '';
    const [, kind = '', rest = ''] = /^\/([a-z-]+)(\/.*)$/.exec(path) ?? [];
    this.asked.push({ method: request.method ?? '', path, body });
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-hostile': '=1+1' });
      response.end(JSON.stringify(value));
    };
    const base = `http://${this.host}/${kind}`;
    const said = (...secrets: string[]) =>
      [`${formulas[0]} ${markup}${steering}`, ...secrets.flatMap(formsOf)].join(' ');
    if (rest === '/.well-known/smart-configuration')
      return send(200, {
        issuer: base,
        token_endpoint: `${base}/token`,
        authorization_endpoint: `${base}/authorize`,
        ...(kind === 'manual' ? {} : { registration_endpoint: `${base}/reg` }),
        capabilities: ['launch-ehr', 'client-confidential-symmetric', markup, `${mark}${steering}`, ...formulas],
        scopes_supported: ['openid', 'launch', markup, `${mark}${steering}`, ...formulas],
        token_endpoint_auth_methods_supported: ['client_secret_basic', formulas[0], markup],
        grant_types_supported: [`${mark}${steering}`, ...formulas],
        code_challenge_methods_supported: ['S256', formulas[1]],
        [`${mark}${steering}${markup}`]: formulas[0],
      });
    if (rest === '/reg' && kind === 'refuses')
      return send(400, {
        error: `${formulas[0]}${steering}`,
        error_description: said(tokens.initialAccessToken),
        [formulas[1] ?? '']: markup,
      });
    if (rest === '/reg' && kind === 'accepts')
      return send(201, {
        // RFC 6749 appendix A.1 lets a client id be any printable text.
        client_id: `${formulas[0]} <b>${mark}</b>`,
        client_secret: tokens.clientSecret,
        client_secret_expires_at: 0,
        registration_access_token: tokens.managementToken,
        registration_client_uri: `${base}/reg/client`,
        client_name: `${markup}${steering}`,
        redirect_uris: [`https://portal.example.org/${mark}<script>`, formulas[0]],
        scope: `openid ${formulas[1]} ${mark}<img>`,
        token_endpoint_auth_method: 'client_secret_basic',
        [`${mark}${steering}`]: said(tokens.initialAccessToken),
      });
    if (rest.startsWith('/token') || rest.startsWith('/reg'))
      return send(401, {
        error: 'invalid_client',
        error_description: said(...Object.values(tokens)),
        error_uri: `javascript:window.owned=1//${mark}`,
      });
    response.writeHead(404, { 'content-type': 'text/html' });
    response.end(`<html><title>${markup}</title>${steering}</html>`);
  }
}

/**
 * What a peer says reaches page, terminal, spreadsheet, log and audit as words and nothing more, and none of the secrets
 * that it gives back reaches them at all.
 */
describeWith(['temporal', 'postgres', 'chromium'], 'a peer whose every text is hostile', (servers) => {
  let peer: HostilePeer;
  let database: FreshDatabase;
  let db: Kysely<Database>;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;
  const kinds = ['refuses', 'accepts', 'manual'] as const;
  const idOf = (kind: string) => `${kind}.portal.sandbox.main`;

  beforeAll(async () => {
    peer = await new HostilePeer().listen();
    database = await freshDatabase(servers.postgres);
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: peer.host,
      },
    });
    db = openPostgres(database.url);
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Portal',
        redirect_uris: ['https://portal.example.org/cb'],
        scope: 'openid launch',
      },
    });
    for (const kind of kinds) {
      const token = kind === 'manual' ? {} : { initialAccessToken: tokens.initialAccessToken };
      const fhirBaseUrl = `http://${peer.host}/${kind}`;
      await api.ok('POST', '/v1/tenants', {
        tenantId: kind,
        name: kind,
        registrations: [{ applicationId: 'portal', environment: 'sandbox', fhirBaseUrl, ...token }],
      });
    }
    const attention = ({ conditions }: { conditions: readonly { type: string; status: string }[] }) =>
      conditions.some(({ type, status }) => type === 'NeedsAttention' && status === 'True');
    await api.until(idOf('refuses'), 'was refused', attention);
    await api.until(idOf('accepts'), 'was registered, and its credential refused', (view) =>
      view.conditions.some(({ type, status }) => type === 'CredentialProved' && status === 'False'),
    );
    await api.until(idOf('manual'), 'is manual', ({ phase }) => phase === 'manual_required');
  });

  afterAll(async () => {
    await db?.destroy();
    expect(await product?.stop()).toBe(0);
    await peer?.close();
    await database?.drop();
    await directory?.remove();
  });

  async function registrar(...args: string[]): Promise<string> {
    const options = ['--url', product.url, '--key-file', join(directory.dataDir, 'admin-key')];
    const environment = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };
    const run = await promisify(execFile)(process.execPath, [main, ...args, ...options], {
      env: environment,
      maxBuffer: 1e8,
    });
    return run.stdout + run.stderr;
  }

  /** No secret in any form, and nothing that steers whoever shows the text. `saysMark`: the peer's words are in it. */
  function expectHarmless(channel: string, text: string, saysMark = true): void {
    const found = Object.entries(tokens).flatMap(([name, secret]) =>
      formsOf(secret)
        .filter((form) => text.includes(form))
        .map((form) => `${channel}: ${name} as ${form}`),
    );
    expect(found).toEqual([]);
    expect([channel, steers.exec(text.replaceAll('\n', ''))?.[0]]).toEqual([channel, undefined]);
    if (saysMark) expect([channel, text.includes(mark)]).toEqual([channel, true]);
  }

  test('was spoken to, and had the secrets to give back', () => {
    const paths = peer.asked.map(({ method, path }) => `${method} ${path}`);
    for (const wanted of ['POST /refuses/reg', 'POST /accepts/reg', 'POST /accepts/token'])
      expect(paths).toContain(wanted);
  });

  test('in answers of the API', async () => {
    for (const kind of kinds) {
      const view = await api.registration(idOf(kind));
      const events = await api.events(idOf(kind));
      // Escapes of JSON are undone: what a program has in its hands after reading.
      const texts: string[] = [];
      JSON.stringify([view, events], (key, value: unknown) => {
        texts.push(key);
        if (typeof value === 'string') texts.push(value);
        return value;
      });
      expectHarmless(`API of ${kind}`, texts.join('\n'), kind !== 'manual');
    }
  });

  test('in a packet', async () => {
    const key = await authorization();
    for (const format of ['json', 'markdown', 'html']) {
      const url = `${product.url}/v1/registrations/${idOf('manual')}/packet?format=${format}`;
      const response = await fetch(url, { headers: { authorization: key } });
      const text = await response.text();
      expect(response.status).toBe(200);
      expectHarmless(`packet as ${format}`, text, false);
      if (format !== 'json') expect(text).not.toMatch(/<script>window|<img/);
    }
  });

  test('in a terminal', async () => {
    expectHarmless('status', await registrar('status', '--attention'));
    for (const kind of kinds)
      expectHarmless(`status of ${kind}`, await registrar('status', idOf(kind)), kind !== 'manual');
    expectHarmless('status as JSON', await registrar('status', '--json'));
    expectHarmless('rollout', await registrar('application', 'rollout', 'portal', '--dry-run'), false);
    const preflight = await registrar('preflight', `http://${peer.host}/manual`, '--application', 'portal');
    expectHarmless('preflight', preflight, false);
  });

  test('in a spreadsheet', async () => {
    const csv = (await registrar('status', '--csv')).replaceAll('\r\n', '\n');
    expectHarmless('CSV', csv);
    const cells = csv
      .trimEnd()
      .split('\n')
      .flatMap((line) => line.slice(1, -1).split('","'));
    expect(cells).toHaveLength(12 * (1 + kinds.length));
    expect(cells.filter((cell) => /^\s*[=+\-@]/.test(cell))).toEqual([]);
    // The client id of the peer is one.
    expect(cells).toContain(`'${formulas[0]} <b>${mark}</b>`);
  });

  test('in the log', async () => {
    const log = await product.log();
    expect(log.length).toBeGreaterThan(1000);
    expectHarmless('log', log, false);
    expectHarmless('output', await product.output(), false);
    for (const line of log.trimEnd().split('\n')) {
      const texts: string[] = [];
      JSON.stringify(JSON.parse(line), (_key, value: unknown) => {
        if (typeof value === 'string' && _key !== 'stack') texts.push(value);
        return value;
      });
      expectHarmless('line of the log', texts.join(' '), false);
    }
  });

  test('in the audit and its export', async () => {
    const lines: string[] = [];
    for await (const line of exportAudit(db)) lines.push(line.trimEnd());
    expect(lines.length).toBeGreaterThan(5);
    expectHarmless('export of the audit', lines.join('\n'));
    const texts: string[] = [];
    for (const line of lines)
      JSON.stringify(JSON.parse(line), (_key, value: unknown) => {
        if (typeof value === 'string') texts.push(value);
        return value;
      });
    expectHarmless('audit', texts.join('\n'));
  });

  test('in the page', async () => {
    const browser = await launch(servers.chromium.executablePath);
    try {
      const page = await (await browser.newContext()).newPage();
      const errors = watchForErrors(page);
      const elsewhere: string[] = [];
      const dialogs: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(product.url)) elsewhere.push(request.url());
      });
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await page.goto(product.url);
      await page.getByLabel('API key').fill((await authorization()).replace('Bearer ', ''));
      await page.keyboard.press('Enter');
      const section = page.getByRole('region', { name: 'What needs attention and why' });
      await section.getByRole('listitem').first().waitFor();
      // Between two cells of a table the browser puts a tab.
      const shownText = async () => (await page.locator('body').innerText()).replaceAll('\t', ' ');
      expectHarmless('overview', await shownText());
      for (const kind of kinds) {
        await page.goto(`${product.url}/#/registrations/${idOf(kind)}`);
        await page
          .getByRole('heading', { name: /^Needs attention:|^Conditions/ })
          .first()
          .waitFor();
        const shown = await shownText();
        expectHarmless(`page of ${kind}`, shown, kind !== 'manual');
        // As words on the page, and not as what they would do.
        if (kind !== 'manual') expect(shown).toContain('<');
        const made = page
          .locator('script:not([src]), img[src="x"], b')
          .filter({ hasText: new RegExp(`${mark}|owned`) });
        expect(await made.or(page.locator('img[src="x"]')).count()).toBe(0);
        expect(await page.evaluate('window.owned')).toBeUndefined();
        const links = (await page.evaluate(
          '[...document.querySelectorAll("a[href]")].map((link) => link.protocol)',
        )) as string[];
        expect(links.filter((protocol) => !/^https?:$/.test(protocol))).toEqual([]);
      }
      expect({ errors, elsewhere, dialogs }).toEqual({ errors: [], elsewhere: [], dialogs: [] });
    } finally {
      await browser.close();
    }
  });

  async function authorization(): Promise<string> {
    const { key } = await api.ok<{ key: string }>('POST', '/v1/keys', { name: 'reader', role: 'viewer' });
    return `Bearer ${key}`;
  }
});
