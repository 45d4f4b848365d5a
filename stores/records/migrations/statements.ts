import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A migration of statements, in order. */
export function statementsOf(statements: readonly string[]): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}

/** Statements that let nobody change or empty a table, also while `session_replication_role = replica`. */
export function appendOnly(table: string): string[] {
  return [
    `create trigger ${table}_rows_append_only before update or delete on ${table}
      for each row execute function refuse_audit_change()`,
    `create trigger ${table}_append_only before truncate on ${table}
      for each statement execute function refuse_audit_change()`,
    `alter table ${table} enable always trigger ${table}_rows_append_only`,
    `alter table ${table} enable always trigger ${table}_append_only`,
  ];
}
