import { afterEach, expect, test } from 'vitest';
import { NotHere, type Way } from '../../support/servers/catalog.ts';
import { startServer } from '../../support/servers/startServer.ts';

const closed: Way<'moto'> = {
  name: 'container',
  async obtain() {
    throw new NotHere('no container engine answers');
  },
};

function open(name: string): Way<'moto'> {
  return {
    name,
    async obtain() {
      return async () => ({ version: '5', address: { url: `http://${name}` }, stop: async () => undefined });
    },
  };
}

function broken(name: string): Way<'moto'> {
  return {
    name,
    async obtain() {
      return async () => {
        throw new Error('it does not answer');
      };
    },
  };
}

function recipe(ways: readonly Way<'moto'>[]) {
  return { name: 'moto' as const, help: 'apt-get install python3', ways };
}

afterEach(() => {
  delete process.env.REGISTRAR_TEST_MOTO;
});

test('takes the first open way', async () => {
  const said: string[] = [];
  const { provided } = await startServer(recipe([closed, open('a'), open('b')]), (message) => said.push(message));
  expect(provided).toEqual({ available: true, version: '5', address: { url: 'http://a' } });
  expect(said).toEqual(['5 is ready (a)']);
});

test('goes on when a way is open and its server does not start', async () => {
  const { provided } = await startServer(recipe([broken('a'), open('b')]), () => undefined);
  expect(provided).toMatchObject({ available: true, address: { url: 'http://b' } });
});

test('says why each way is closed and what would help', async () => {
  const { provided } = await startServer(recipe([closed, broken('PyPI')]), () => undefined);
  expect(provided).toEqual({
    available: false,
    reason: 'container: no container engine answers; PyPI: it does not answer. What helps: apt-get install python3',
  });
});

test('never replaces an address that was given and does not answer', async () => {
  process.env.REGISTRAR_TEST_MOTO = 'http://127.0.0.1:1';
  const { provided } = await startServer(recipe([broken('REGISTRAR_TEST_MOTO'), open('b')]), () => undefined);
  expect(provided.available).toBe(false);
});
