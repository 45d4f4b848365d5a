import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface FreshDatabase {
  /** Superuser URL of a new, empty database. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of one's own on the PostgreSQL that tests run against. */
export async function freshDatabase(address: { readonly url: string }): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await run(address.url, `create database ${name}`);
  const url = new URL(address.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(address.url, `drop database if exists ${name} with (force)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
