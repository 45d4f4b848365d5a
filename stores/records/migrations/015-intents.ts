import { statementsOf } from './statements.ts';

/**
 * Requests that cannot be repeated: until when an answer may come, at which decision they were made, on whose disk the
 * answer lies, what was sent (no secret). Answers that came too late are kept sealed.
 */
export const intents = statementsOf([
  `alter table intents
    add column answer_by timestamptz,
    add column step_ends_at timestamptz,
    add column sequence bigint,
    add column incarnation integer,
    add column spooled_at_instance text,
    add column request jsonb`,
  `create table late_answers (
    id text collate "C" primary key,
    registration_id text collate "C" not null,
    intent_id text collate "C" not null,
    kind text not null,
    client_id text,
    received_at timestamptz not null,
    sealed_answer bytea not null
  )`,
  'create index late_answers_registration on late_answers (registration_id, received_at)',
  `alter table management_tokens
    add column client_id text,
    add column rejected_at timestamptz`,
  // 0.1.0 looks a holder up by the whole URL, so its rows stay; whoever comes later looks without the query.
  `insert into client_holders (token_endpoint, client_id, registration_id, held_at)
    select split_part(token_endpoint, '?', 1), client_id, registration_id, held_at from client_holders
    where token_endpoint like '%?%'
    order by held_at, registration_id
    on conflict do nothing`,
]);
