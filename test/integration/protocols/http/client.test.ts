import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import { clientFor, peer, rawPeer } from './peer.ts';

describe('a request', () => {
  it('is sent as asked, answers everything that evidence needs, and uses connections again', async () => {
    const server = await peer((_hit, response) =>
      response.setHeader('x-a', ['b', 'c']).setHeader('set-cookie', 'd=e').end('{"ü":1}'),
    );
    const client = clientFor([server.host], { clock: { now: () => 1234 } });
    const answer = await client.request({ method: 'GET', url: `${server.url}/a?b=c`, headers: { 'X-Custom': 'v' } });
    expect(answer).toMatchObject({
      status: 200,
      body: '{"ü":1}',
      bytes: 8,
      url: `${server.url}/a?b=c`,
      redirects: [],
      fetchedAt: 1234,
    });
    expect(answer.sha256).toBe(createHash('sha256').update('{"ü":1}').digest('hex'));
    expect(answer.headers).toMatchObject({ 'x-a': 'b, c' });
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(server.hits[0]).toMatchObject({
      method: 'GET',
      path: '/a?b=c',
      headers: { 'x-custom': 'v', 'accept-encoding': 'identity' },
    });
    for (let time = 0; time < 8; time += 1) await client.request({ method: 'GET', url: server.url });
    // undici rests a connection for one turn of the event loop, so two take turns.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it.each(['POST', 'PUT', 'DELETE'] as const)(
    '%s goes over a fresh connection, so that no stale one can leave it open',
    async (method) => {
      const server = await peer((_hit, response) => response.end());
      const client = clientFor([server.host]);
      await client.request({ method: 'GET', url: server.url });
      for (const body of ['one', 'two']) await client.request({ method, url: server.url, body });
      expect(server.connections()).toBe(3);
      expect(server.hits.map((hit) => hit.body)).toEqual(['', 'one', 'two']);
      expect(server.hits[1]?.headers.connection).toBe('close');
    },
  );

  it('tells right before the first byte leaves, and not when none will', async () => {
    const server = await peer((_hit, response) => response.end());
    const client = clientFor([server.host]);
    let told = 0;
    const onSend = (): void => {
      told += 1;
    };
    await client.request({ method: 'POST', url: server.url, body: 'x', onSend });
    expect(told).toBe(1);
    await expect(client.request({ method: 'POST', url: 'https://10.0.0.1/', onSend })).rejects.toMatchObject({
      requestSent: false,
    });
    expect(told).toBe(1);
  });

  it('checks the TLS certificate against the name and sends the name for SNI', async () => {
    const server = await peer((_hit, response) => response.end('secure'), true);
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const hosts = [`ehr.test:${server.port}`, `unknown.test:${server.port}`];
    const client = clientFor(hosts, { resolve });
    const answer = await client.request({ method: 'GET', url: `https://ehr.test:${server.port}/` });
    expect(answer.body).toBe('secure');
    await expect(client.request({ method: 'POST', url: `https://unknown.test:${server.port}/` })).rejects.toMatchObject(
      {
        code: 'network',
        requestSent: false,
        message: expect.stringContaining('another host name'),
      },
    );
    const untrusting = clientFor(hosts, { resolve, ca: [] });
    await expect(untrusting.request({ method: 'GET', url: `https://ehr.test:${server.port}/` })).rejects.toMatchObject({
      code: 'network',
      requestSent: false,
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(server.hits).toHaveLength(1);
  });

  it('ignores proxy variables', async () => {
    const proxy = await peer((_hit, response) => response.end('from the proxy'));
    const server = await peer((_hit, response) => response.end('direct'));
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])
      process.env[name] = proxy.url;
    process.env['NODE_USE_ENV_PROXY'] = '1';
    try {
      const answer = await clientFor([server.host]).request({ method: 'GET', url: server.url });
      expect(answer.body).toBe('direct');
      expect(proxy.connections()).toBe(0);
    } finally {
      for (const name of [
        'http_proxy',
        'HTTP_PROXY',
        'https_proxy',
        'HTTPS_PROXY',
        'all_proxy',
        'ALL_PROXY',
        'NODE_USE_ENV_PROXY',
      ])
        delete process.env[name];
    }
  });

  it('is refused once the client is closed, and finishes when it was in flight', async () => {
    const server = await peer((_hit, response) => setImmediate(() => response.end('done')));
    const client = clientFor([server.host]);
    let sent = (): void => undefined;
    const leaving = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const running = client.request({ method: 'POST', url: server.url, onSend: sent });
    await leaving;
    await Promise.all([client.close(), expect(running).resolves.toMatchObject({ body: 'done' })]);
    await expect(client.request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      code: 'aborted',
      requestSent: false,
    });
  });
});

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
  ])('a server on loopback is not reached as %s', async (host) => {
    const server = await peer((_hit, response) => response.end(), true);
    const client = clientFor([]);
    const url = `https://${host}:${server.port}/`;
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
    await expect(client.fetchFor({ audience: [] })(url)).rejects.toMatchObject({ code: 'address-not-allowed' });
    expect(await client.checkUrl(url)).toMatchObject({ ok: false, code: 'address-not-allowed' });
    expect(server.connections()).toBe(0);
  });

  it.each([
    ['loopback', [{ address: '127.0.0.1', family: 4 }]],
    [
      'loopback beside a public address',
      [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
    ['IPv4-mapped loopback', [{ address: '::ffff:127.0.0.1', family: 6 }]],
  ])('nor by a name that resolves to %s', async (_name, addresses) => {
    const server = await peer((_hit, response) => response.end(), true);
    const client = clientFor([], { resolve: async () => addresses });
    const url = `https://ehr.test:${server.port}/`;
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
    expect(await client.checkUrl(url)).toMatchObject({ ok: false, code: 'address-not-allowed' });
    expect(server.connections()).toBe(0);
  });

  it('nor by a name that passes the check of the input and then moves', async () => {
    const server = await peer((_hit, response) => response.end(), true);
    const answers = ['93.184.215.14', '127.0.0.1'];
    const client = clientFor([], { resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }] });
    const url = `https://ehr.test:${server.port}/`;
    expect(await client.checkUrl(url)).toEqual({ ok: true });
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
    expect(server.connections()).toBe(0);
  });

  it('a name is asked once per connection, so that it cannot change between check and connect', async () => {
    const server = await peer((_hit, response) => response.end(), true);
    const answers = ['127.0.0.1', '169.254.169.254'];
    const client = clientFor([`ehr.test:${server.port}`], {
      resolve: async () => [{ address: answers.shift() ?? '', family: 4 }],
    });
    const url = `https://ehr.test:${server.port}/`;
    await client.request({ method: 'POST', url });
    expect(answers).toEqual(['169.254.169.254']);
    await expect(client.request({ method: 'POST', url })).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
  });

  it('a metadata service is never reached, not even by an allowed name', async () => {
    const client = clientFor(
      ['imds.test:80', '169.254.169.254:80', '[fd00:ec2::254]:80', '100.100.100.200:80', '168.63.129.16:80'],
      {
        resolve: async () => [{ address: '169.254.169.254', family: 4 }],
      },
    );
    for (const host of [
      'imds.test',
      '169.254.169.254',
      '[fd00:ec2::254]',
      '100.100.100.200',
      '168.63.129.16',
      '[::ffff:169.254.169.254]',
    ])
      await expect(client.request({ method: 'GET', url: `http://${host}/latest/meta-data` })).rejects.toMatchObject({
        code: host.startsWith('[::ffff') ? 'url-not-allowed' : 'address-not-allowed',
        requestSent: false,
      });
  });

  it('userinfo is refused', async () => {
    const server = await peer((_hit, response) => response.end());
    const client = clientFor([server.host]);
    for (const run of [
      () => client.request({ method: 'GET', url: `http://user:pa55@${server.host}/` }),
      () => client.fetchFor({ audience: [server.url] })(`http://user:pa55@${server.host}/`),
    ])
      await expect(run()).rejects.toMatchObject({
        code: 'url-not-allowed',
        message: expect.not.stringContaining('pa55'),
      });
    expect(server.connections()).toBe(0);
  });

  it('a name that does not exist, and a resolver that hangs, are told apart', async () => {
    const failing = clientFor([], { resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(failing.request({ method: 'POST', url: 'https://nowhere.test/' })).rejects.toMatchObject({
      code: 'dns',
      requestSent: false,
    });
    expect(await failing.checkUrl('https://nowhere.test/')).toMatchObject({ ok: false, code: 'dns' });
    const hanging = clientFor([], { resolve: () => new Promise(() => undefined), timeouts: { connect: 20 } });
    await expect(hanging.request({ method: 'POST', url: 'https://nowhere.test/' })).rejects.toMatchObject({
      code: 'timeout',
      requestSent: false,
    });
  });
});

describe('redirects', () => {
  it('are followed for GET, three at most, and listed', async () => {
    const server = await peer((hit, response) => {
      const left = Number(hit.path.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}`, 'content-encoding': 'gzip' }).end('x'.repeat(10));
    });
    const client = clientFor([server.host]);
    const answer = await client.request({ method: 'GET', url: `${server.url}/3` });
    expect(answer).toMatchObject({
      body: 'there',
      url: `${server.url}/0`,
      redirects: [3, 2, 1].map((left) => `${server.url}/${left}`),
    });
    await expect(client.request({ method: 'GET', url: `${server.url}/4` })).rejects.toMatchObject({
      code: 'redirect-refused',
      requestSent: true,
    });
  });

  it.each([
    ['POST', {}],
    ['PUT', {}],
    ['DELETE', {}],
    ['GET', { followRedirects: false }],
  ] as const)('are the answer for %s %j', async (method, options) => {
    const server = await peer((_hit, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    const answer = await clientFor([server.host]).request({ method, url: server.url, ...options });
    expect(answer).toMatchObject({ status: 307, headers: { location: '/elsewhere' } });
    expect(server.hits).toHaveLength(1);
  });

  it.each([
    ['a private host', (port: number) => `https://10.0.0.1:${port}/`, 'address-not-allowed'],
    ['loopback in another notation', (port: number) => `https://2130706433:${port}/`, 'address-not-allowed'],
    ['a metadata service', () => 'https://169.254.169.254/', 'address-not-allowed'],
    ['a name that resolves to loopback', (port: number) => `https://inner.test:${port}/`, 'address-not-allowed'],
    ['plain http elsewhere', (port: number) => `http://ehr.test:${port}/`, 'url-not-allowed'],
  ])('to %s lead nowhere', async (_name, location, code) => {
    const inner = await peer((_hit, response) => response.end('inner'), true);
    const server = await peer((_hit, response) => response.writeHead(302, { location: location(inner.port) }).end());
    const client = clientFor([server.host], { resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    await expect(client.request({ method: 'GET', url: server.url })).rejects.toMatchObject({ code, requestSent: true });
    expect(inner.connections()).toBe(0);
  });

  it('leave custom headers behind on another origin', async () => {
    const other = await peer((_hit, response) => response.end('other'));
    const server = await peer((_hit, response) => response.writeHead(302, { location: `${other.url}/x` }).end());
    const client = clientFor([server.host, other.host]);
    await client.request({
      method: 'GET',
      url: server.url,
      headers: { accept: 'application/json', 'x-api-key': 'key' },
    });
    expect(server.hits[0]?.headers).toMatchObject({ 'x-api-key': 'key' });
    expect(other.hits[0]?.headers).toMatchObject({ accept: 'application/json' });
    expect(other.hits[0]?.headers).not.toHaveProperty('x-api-key');
  });

  it('never carry a credential to another origin', async () => {
    const other = await peer((_hit, response) => response.end('other'));
    const server = await peer((_hit, response) => response.writeHead(302, { location: other.url }).end());
    const client = clientFor([server.host, other.host]);
    const secret = audienceSecret('token', [server.url, other.url]);
    const request = client.request({ method: 'GET', url: server.url, credential: { secret, scheme: 'bearer' } });
    await expect(request).rejects.toMatchObject({ code: 'redirect-refused' });
    expect(server.hits[0]?.headers.authorization).toBe('Bearer token');
    expect(other.connections()).toBe(0);
  });
});

describe('audience', () => {
  it('a secret offered to another origin is refused before the name is resolved', async () => {
    const server = await peer((_hit, response) => response.end());
    let asked = 0;
    const client = clientFor([server.host], {
      resolve: async () => {
        asked += 1;
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    const secret = audienceSecret('token', ['https://as.test']);
    for (const url of [server.url, 'https://as.test:8443/', 'https://as.test.evil.test/', 'https://other.test/'])
      await expect(
        client.request({ method: 'POST', url, credential: { secret, scheme: 'bearer' } }),
      ).rejects.toMatchObject({
        code: 'audience-refused',
        requestSent: false,
      });
    expect([asked, server.connections()]).toEqual([0, 0]);
  });

  it('keeps a body with a secret from another origin', async () => {
    const server = await peer((_hit, response) => response.end());
    const client = clientFor([server.host]);
    const request = { method: 'POST', url: server.url, body: 'password=secret' } as const;
    await expect(client.request({ ...request, audience: ['https://as.test'] })).rejects.toMatchObject({
      code: 'audience-refused',
      requestSent: false,
    });
    expect(server.connections()).toBe(0);
    expect((await client.request({ ...request, audience: [server.url] })).status).toBe(200);
  });

  it('sends HTTP Basic to its audience only', async () => {
    const seen: (string | undefined)[] = [];
    const server = await peer((hit, response) => {
      seen.push(hit.headers.authorization);
      response.end();
    });
    const client = clientFor([server.host]);
    const send = (audience: string) =>
      client.request({
        method: 'GET',
        url: server.url,
        credential: { secret: audienceSecret('id:s\u00e4cret', [audience]), scheme: 'basic' },
      });
    await expect(send('https://as.test')).rejects.toMatchObject({ code: 'audience-refused' });
    await send(server.url);
    expect(seen).toEqual([`Basic ${Buffer.from('id:s\u00e4cret').toString('base64')}`]);
  });

  it('a secret cannot be smuggled in as a custom header', async () => {
    const client = clientFor([]);
    for (const name of ['Authorization', 'authorization', 'Cookie', 'Proxy-Authorization'])
      await expect(
        client.request({ method: 'GET', url: 'https://as.test/', headers: { [name]: 'secret' } }),
      ).rejects.toMatchObject({
        code: 'header-not-allowed',
        message: expect.not.stringContaining('secret'),
      });
  });
});

describe('connections that fail', () => {
  it('refused: nothing was sent', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const client = clientFor([`127.0.0.1:${port}`]);
    const failure = await client
      .request({ method: 'POST', url: `http://127.0.0.1:${port}/` })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'network',
      requestSent: false,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(failure).not.toHaveProperty('cause');
  });

  it('a TLS handshake that never ends: nothing was sent', async () => {
    const server = await rawPeer(() => undefined);
    const client = clientFor([server.host], { timeouts: { connect: 50 } });
    await expect(client.request({ method: 'POST', url: `https://${server.host}/` })).rejects.toMatchObject({
      code: 'timeout',
      requestSent: false,
    });
  });

  it('closed after the request: it was sent, and undici does not send it again', async () => {
    const server = await rawPeer((socket) => socket.destroy());
    const client = clientFor([server.host]);
    for (const method of ['GET', 'POST'] as const)
      await expect(client.request({ method, url: `http://${server.host}/` })).rejects.toMatchObject({
        code: 'network',
        requestSent: true,
      });
    expect(server.connections()).toBe(2);
  });

  it('given up by the caller while it waits for its turn, or for the answer', async () => {
    const server = await peer(() => undefined);
    const client = clientFor([server.host], { maxConcurrentPerHost: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const running = client.request({
      method: 'POST',
      url: server.url,
      signal: first.signal,
      onSend: () => second.abort(),
    });
    const waiting = client.request({ method: 'POST', url: server.url, signal: second.signal });
    await expect(waiting).rejects.toMatchObject({ code: 'aborted', requestSent: false });
    first.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted', requestSent: true });
  });

  it('waiting for its turn counts into the total', async () => {
    const server = await peer((_hit, response) => response.end());
    const client = clientFor([server.host], { maxPerSecondPerHost: 0.01, timeouts: { total: 1000 } });
    await client.request({ method: 'POST', url: server.url });
    const second = client.request({ method: 'POST', url: server.url });
    await expect(second).rejects.toMatchObject({ code: 'timeout', requestSent: false });
    expect(server.hits).toHaveLength(1);
  });

  it('given up while the connection is made: nothing is sent when it is there', async () => {
    const server = await peer((_hit, response) => response.end());
    const answer = Promise.withResolvers<{ address: string; family: number }[]>();
    const client = clientFor([`ehr.test:${server.port}`], { resolve: () => answer.promise });
    const abort = new AbortController();
    const url = `http://ehr.test:${server.port}/`;
    const running = client.request({ method: 'POST', url, signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted', requestSent: false });
    answer.resolve([{ address: '127.0.0.1', family: 4 }]);
    await client.close();
    expect(server.hits).toEqual([]);
  });
});
