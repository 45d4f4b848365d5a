import type { FastifyRequest } from 'fastify';
import type { Caller } from '../caller.ts';

/**
 * One way to authenticate. Null: the request carries no credential of this kind. Rejects with a 401 or 403 problem when
 * it carries one that is not good.
 */
export type Authenticator = (request: FastifyRequest) => Promise<Caller | null>;
