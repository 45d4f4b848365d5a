import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { describe, expect, it } from 'vitest';
import { guardedConnector } from '../../../../protocols/http/connector.ts';
import { parseAllowedHosts } from '../../../../protocols/http/publicUrl.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;
  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }
  destroy(): this {
    this.destroyed = true;
    return this;
  }
}

/** A connector whose dialling is recorded and answered by `leadsTo`; throws there refuse the connection. */
function connectorOf(
  answers: string[][],
  leadsTo: (address: string) => string = (address) => address,
  allowed: string[] = [],
) {
  const dialled: buildConnector.Options[] = [];
  const sockets: FakeSocket[] = [];
  let asked = 0;
  const connector = guardedConnector({
    allowedHosts: parseAllowedHosts(allowed),
    timeout: 1000,
    resolve: async () =>
      (answers[asked++] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    dial: () => (target, callback) => {
      dialled.push(target);
      try {
        const socket = new FakeSocket(leadsTo(target.hostname));
        sockets.push(socket);
        callback(null, socket as unknown as Socket);
      } catch (error) {
        callback(error as Error, null);
      }
    },
  });
  const connect = (url: string): Promise<unknown> => {
    const { protocol, hostname, host, port } = new URL(url);
    const target = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), host, port };
    return new Promise((resolve, reject) =>
      connector(target, (error, socket) => (error ? reject(error) : resolve(socket))),
    );
  };
  return { connect, dialled, sockets, asked: () => asked };
}

describe('guardedConnector', () => {
  it('connects to the checked literal with the original name for TLS', async () => {
    const { connect, dialled } = connectorOf([['93.184.215.14']]);
    await connect('https://ehr.example.');
    expect(dialled).toMatchObject([{ hostname: '93.184.215.14', servername: 'ehr.example' }]);
  });

  it('does not ask the resolver again: a name that changes its address between check and connect gains nothing', async () => {
    const { connect, dialled, asked } = connectorOf([['93.184.215.14'], ['127.0.0.1']]);
    await connect('https://rebind.example');
    expect(asked()).toBe(1);
    expect(dialled.map(({ hostname }) => hostname)).toEqual(['93.184.215.14']);
    await expect(connect('https://rebind.example')).rejects.toMatchObject({ code: 'address-not-allowed' });
    expect(dialled).toHaveLength(1);
  });

  it('refuses a connection that leads elsewhere than to the checked address, and destroys it', async () => {
    const { connect, sockets } = connectorOf([['93.184.215.14']], () => '127.0.0.1');
    await expect(connect('https://ehr.example')).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
    expect(sockets[0]?.destroyed).toBe(true);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['one private address among public ones', ['93.184.215.14', '10.0.0.1']],
    ['a private IPv6 address among public ones', ['93.184.215.14', 'fd00::1']],
    ['IPv4-mapped loopback', ['::ffff:127.0.0.1']],
    ['NAT64 of a private address', ['64:ff9b::a00:1']],
    ['6to4', ['2002:a00:1::1']],
    ['metadata', ['169.254.169.254']],
    ['what is no address', ['localhost']],
  ])('never dials a name that resolves to %s', async (_name, addresses) => {
    const { connect, dialled } = connectorOf([addresses]);
    await expect(connect('https://ehr.example')).rejects.toMatchObject({
      code: 'address-not-allowed',
      requestSent: false,
    });
    expect(dialled).toEqual([]);
  });

  it.each([
    'https://127.0.0.1',
    'https://0x7f.1',
    'https://2130706433',
    'https://017700000001',
    'https://[::1]',
    'https://[::ffff:7f00:1]',
  ])('never dials the literal %s, and asks no resolver', async (url) => {
    const { connect, dialled, asked } = connectorOf([['93.184.215.14']]);
    await expect(connect(url)).rejects.toMatchObject({ code: 'address-not-allowed' });
    expect([dialled, asked()]).toEqual([[], 0]);
  });

  it('lets an allowed host be private, but never a metadata service', async () => {
    const { connect, dialled } = connectorOf([['10.0.0.1'], ['169.254.169.254'], ['fd00:ec2::254']], undefined, [
      'ehr.internal:8080',
    ]);
    await connect('http://ehr.internal:8080');
    expect(dialled.map(({ hostname }) => hostname)).toEqual(['10.0.0.1']);
    for (let time = 0; time < 2; time += 1)
      await expect(connect('http://ehr.internal:8080')).rejects.toMatchObject({ code: 'address-not-allowed' });
    expect(dialled).toHaveLength(1);
  });

  it('speaks plain http to allowed hosts only', async () => {
    const { connect, dialled } = connectorOf([['93.184.215.14']]);
    await expect(connect('http://ehr.example')).rejects.toMatchObject({ code: 'url-not-allowed' });
    expect(dialled).toEqual([]);
  });

  it('tries the next address, the other family first, and reports the last failure', async () => {
    const { connect, dialled } = connectorOf([['2606:4700::1', '2606:4700::2', '1.1.1.1', '1.1.1.2']], () => {
      throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    });
    await expect(connect('https://ehr.example')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(dialled.map(({ hostname }) => hostname)).toEqual(['2606:4700::1', '1.1.1.1', '2606:4700::2']);
  });

  it('says that a name has no address', async () => {
    await expect(connectorOf([[]]).connect('https://ehr.example')).rejects.toMatchObject({
      code: 'dns',
      requestSent: false,
    });
  });
});
