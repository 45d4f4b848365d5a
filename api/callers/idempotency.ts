import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem.ts';
import { operationIdOf, randomOperationId } from '../requests/operationId.ts';

/** Row of a request that carries an Idempotency-Key. */
interface Row {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
}

/** What a request that changes something works with. */
export interface Attempt {
  /** The same for every try under one Idempotency-Key, so that an entity does not carry it out twice. */
  readonly operationId: string;
  /** Set when the request carries a key: the change may keep its answer in its own transaction. */
  readonly row: Row | null;
}

export interface Outcome {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the change kept the answer already, in its own transaction. */
  readonly kept?: boolean;
}

/**
 * Carries out a request once per Idempotency-Key (DESIGN section 5): the same key gives the stored answer, another
 * request under it is refused. A try that failed is forgotten, so that it can be made again.
 */
export async function once(
  dependencies: ApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  carryOut: (attempt: Attempt) => Promise<Outcome>,
): Promise<FastifyReply> {
  const { records, macs } = dependencies;
  const row = rowOf(request);
  if (row === null) return answer(reply, await carryOut({ operationId: randomOperationId(), row: null }));
  const path = request.url.split('?', 1)[0];
  const requestMac = macs.idempotency(`request\n${request.method}\n${path}\n${JSON.stringify(request.body ?? null)}`);
  const begun = await records.beginIdempotent({ ...row, requestMac });
  if (begun.kind === 'stored') return answer(reply, begun);
  if (begun.kind !== 'fresh') throw refusal(begun.kind);
  const operationId = operationIdOf(
    macs.idempotency(`operation\n${row.principal}\n${row.route}\n${row.key}\n${requestMac}`),
  );
  let outcome: Outcome;
  try {
    outcome = await carryOut({ operationId, row });
  } catch (error) {
    // Where even this fails the claim ends by itself after a minute.
    await records.abandonIdempotent(row).catch(() => undefined);
    throw error;
  }
  if (outcome.kept !== true) await records.completeIdempotent(row, outcome.status, outcome.body ?? null);
  return answer(reply, outcome);
}

function rowOf(request: FastifyRequest): Row | null {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return null;
  return { principal: callerOf(request).id, route: `${request.method} ${request.routeOptions.url}`, key };
}

function refusal(kind: 'mismatch' | 'in-progress'): ProblemError {
  if (kind === 'mismatch')
    return new ProblemError(
      'idempotency-key-reused',
      'This Idempotency-Key came with another request before. Use a new key for a new request.',
      { errors: [{ parameter: 'Idempotency-Key', message: 'was used for another request' }] },
    );
  return new ProblemError(
    'request-in-progress',
    'The first try of this request is still being carried out. Send it again in a moment for its answer.',
    { headers: { 'retry-after': '1' } },
  );
}

function answer(reply: FastifyReply, outcome: Pick<Outcome, 'status' | 'body' | 'headers'>): FastifyReply {
  reply.code(outcome.status).headers(outcome.headers ?? {});
  return outcome.status === 204 ? reply.send() : reply.send(outcome.body);
}
