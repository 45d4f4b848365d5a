import { statementsOf } from './statements.ts';

/** The intent of a promotion (DESIGN section 6). Whoever finds `promoting` finishes it. */
export const pointers = statementsOf([
  `create table secret_pointers (
    name text collate "C" primary key,
    current text,
    pending text,
    previous text,
    fence bigint not null default 0,
    promoting boolean not null default false,
    updated_at timestamptz not null
  )`,
]);
