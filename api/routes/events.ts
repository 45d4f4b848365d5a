import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Caller } from '../callers/caller.ts';
import { type ApiDependencies, limitsOf } from '../dependencies.ts';
import { EventFeed } from '../events/feed.ts';
import { streamText } from '../events/stream.ts';
import { callerOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem.ts';
import { contract } from '../schemas/contract.ts';

/** Longest delay that a timer takes, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

const headers = z.looseObject({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/, 'must be the number of an event; 0 = from the start')
    .optional()
    .describe('Replays what came after this event'),
});

/** The event stream. */
export const eventRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies }> = async (app, { dependencies }) => {
  const limits = limitsOf(dependencies);
  const feed = new EventFeed(dependencies.records, limits.pollInterval);
  const open = new Map<string, number>();
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());

  app.get('/v1/events', {
    ...contract({
      operationId: 'streamEvents',
      summary: 'Server-sent events of what the caller may see',
      tag: 'Events',
      access: { role: 'viewer' },
      headers,
      answers: { 200: { contentType: 'text/event-stream' } },
    }),
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const leave = enter(open, caller.id, limits.streamsPerPrincipal);
      const own = new AbortController();
      const signal = AbortSignal.any([own.signal, closing.signal]);
      try {
        const newest = await feed.lastPosition();
        const asked = request.headers['last-event-id'];
        // A position that does not exist yet would hide everything up to it.
        const start = typeof asked === 'string' ? Math.min(Number(asked), newest) : newest;
        const text = streamText(feed, start, caller.visibility, {
          heartbeatInterval: limits.heartbeatInterval,
          signal,
        });
        const stream = Readable.from(text, { highWaterMark: 8 });
        const stopWatching = watch(caller, dependencies, limits.heartbeatInterval, () => own.abort());
        signal.addEventListener('abort', () => endStream(stream), { once: true });
        request.raw.once('close', () => own.abort());
        stream.once('close', () => {
          own.abort();
          stopWatching();
          leave();
        });
        return reply
          .type('text/event-stream; charset=utf-8')
          .header('cache-control', 'no-store, no-transform')
          .header('x-accel-buffering', 'no')
          .send(stream);
      } catch (error) {
        leave();
        throw error;
      }
    },
  });
};

/** Counts a principal's open streams; the answer is called when one ends. */
function enter(open: Map<string, number>, principal: string, most: number): () => void {
  const count = open.get(principal) ?? 0;
  if (count >= most)
    throw new ProblemError('too-many-streams', `${most} event streams of this caller are open. Close one of them.`);
  open.set(principal, count + 1);
  return () => {
    const left = (open.get(principal) ?? 1) - 1;
    if (left === 0) open.delete(principal);
    else open.set(principal, left);
  };
}

/** What was pulled is still delivered; a reader that takes nothing any more is cut off. */
function endStream(stream: Readable): void {
  if (stream.readableLength > 0) stream.destroy();
}

/** Calls `end` when the caller's credential ends: at its time, or when a look finds it revoked. */
function watch(caller: Caller, { clock }: ApiDependencies, interval: number, end: () => void): () => void {
  const look = setInterval(() => {
    // A database that does not answer says nothing about the credential.
    caller.stillValid().then(
      (valid) => valid || end(),
      () => undefined,
    );
  }, interval);
  const rest = caller.expiresAt === null ? longestTimer : caller.expiresAt - clock.now();
  const expiry = setTimeout(end, Math.min(rest, longestTimer));
  return () => {
    clearInterval(look);
    clearTimeout(expiry);
  };
}
