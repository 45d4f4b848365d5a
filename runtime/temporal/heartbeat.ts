import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Heartbeats in one heartbeat time-out: two may be lost on the way. */
const beats = 3;

/**
 * Tells the server that a worker lives as long as the activity does whose time-out asks for that: what a dead worker
 * had under way is then given up within seconds, not at the end of the step. What is in flight is never cancelled.
 */
export const heartbeats: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs } = context.info;
      if (heartbeatTimeoutMs === undefined) return await next(input);
      const timer = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / beats);
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});
