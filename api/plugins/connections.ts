import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/**
 * Lets a shutdown wait for requests, not for connections: browsers open some in advance and send nothing on them, and
 * Node would wait for their time-out.
 */
export const connectionsPlugin = fp(
  async (app: FastifyInstance) => {
    const idle = new Set<Socket>();
    let closing = false;
    app.server.on('connection', (socket: Socket) => {
      idle.add(socket);
      socket.once('close', () => idle.delete(socket));
    });
    app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      idle.delete(socket);
      response.once('close', () => {
        if (closing) socket.destroySoon();
        else if (!socket.destroyed) idle.add(socket);
      });
    });
    app.addHook('preClose', async () => {
      closing = true;
      for (const socket of idle) socket.destroy();
    });
  },
  { name: 'connections' },
);
