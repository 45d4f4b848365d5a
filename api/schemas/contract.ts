import { z } from 'zod';
import type { Access } from '../callers/access.ts';
import { problems } from '../problems/problem.ts';
import { noQuery } from './common.ts';
import { problemSchema } from './problem.ts';

/** Bytes of a body that holds a document, and of any other. */
const documentLimit = 1024 * 1024;
const smallLimit = 64 * 1024;

interface Parts<
  Params extends z.ZodType | undefined,
  Query extends z.ZodType,
  Body extends z.ZodType | undefined,
  Headers extends z.ZodType,
> {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: Params;
  readonly querystring?: Query;
  readonly body?: Body;
  readonly headers?: Headers;
  /** Success answers by status: a schema of JSON, null for no body, other content, or JSON with its other forms. */
  readonly answers: Readonly<
    Record<
      number,
      | z.ZodType
      | null
      | { readonly contentType: string }
      | { readonly json: z.ZodType; readonly otherTypes: readonly string[] }
    >
  >;
  /** Statuses of problems that only this route answers; the others follow from its parts. */
  readonly problems?: readonly number[];
  /** Takes an Idempotency-Key. */
  readonly idempotent?: boolean;
  /** Hands an operation to a registration entity. */
  readonly entity?: boolean;
  /** Takes a document of up to 1 MiB; other bodies end at 64 KiB. */
  readonly document?: boolean;
}

const anyHeaders = z.looseObject({});
const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters')
    .optional()
    .describe('The same key with the same request gives the first answer for 24 hours'),
});

/** Schema, access and limits of a route from one description, so that none can be forgotten. */
export function contract<
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType = typeof noQuery,
  Body extends z.ZodType | undefined = undefined,
  Headers extends z.ZodType = typeof anyHeaders,
>(parts: Parts<Params, Query, Body, Headers>) {
  const schema = {
    operationId: parts.operationId,
    summary: parts.summary,
    tags: [parts.tag],
    security: parts.access === 'public' ? [] : [{ apiKey: [] }, { session: [] }],
    querystring: parts.querystring ?? noQuery,
    params: parts.params,
    body: parts.body,
    headers: parts.headers ?? (parts.idempotent === true ? idempotencyHeaders : undefined),
    response: { ...successes(parts.answers), ...failures(parts) },
  };
  return {
    schema: Object.fromEntries(Object.entries(schema).filter(([, part]) => part !== undefined)) as unknown as Omit<
      typeof schema,
      'querystring' | 'params' | 'body' | 'response'
    > & {
      querystring: Query;
      params: Params;
      body: Body;
      // What handlers send is judged when it is sent; types of answers live with what makes them.
      response: Record<number, unknown>;
    },
    config: { access: parts.access },
    bodyLimit: parts.document === true ? documentLimit : smallLimit,
  };
}

function successes(answers: Parts<undefined, z.ZodType, undefined, z.ZodType>['answers']) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => {
      if (answer === null) return [status, z.undefined().describe('Done')];
      if (answer instanceof z.ZodType)
        return [status, { description: 'Success', content: { 'application/json': { schema: answer } } }];
      const json = 'json' in answer ? { 'application/json': { schema: answer.json } } : {};
      const others = 'json' in answer ? answer.otherTypes : [answer.contentType];
      const texts = Object.fromEntries(others.map((type) => [type, { schema: z.string() }]));
      return [status, { description: 'Success', content: { ...json, ...texts } }];
    }),
  );
}

function failures(parts: Parts<z.ZodType | undefined, z.ZodType, z.ZodType | undefined, z.ZodType>) {
  const { access } = parts;
  const statuses = new Set([400, 421, 422, 429, 500, 503, ...(parts.problems ?? [])]);
  if (access !== 'public') for (const status of [401, 403]) statuses.add(status);
  if (access !== 'public' && access.sees !== undefined) statuses.add(404);
  if (parts.body !== undefined) for (const status of [413, 415]) statuses.add(status);
  if (parts.idempotent === true || parts.entity === true) statuses.add(409);
  for (const status of Object.keys(parts.answers)) statuses.delete(Number(status));
  return Object.fromEntries(
    [...statuses]
      .sort()
      .map((status) => [
        status,
        { description: titlesOf(status), content: { 'application/problem+json': { schema: problemSchema } } },
      ]),
  );
}

function titlesOf(status: number): string {
  return Object.entries(problems)
    .filter(([, problem]) => problem.status === status)
    .map(([name, problem]) => `${name}: ${problem.title}`)
    .join('; ');
}
