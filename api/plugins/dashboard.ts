import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ApiDependencies } from '../dependencies.ts';

/** The built dashboard at `/`; its pages are named by the location hash, so there is one document. */
export const dashboardPlugin = fp(
  async (app: FastifyInstance, { dependencies }: { dependencies: ApiDependencies }) => {
    if (dependencies.dashboardDirectory === null) return;
    await app.register(fastifyStatic, {
      root: dependencies.dashboardDirectory,
      prefix: '/',
      index: ['index.html'],
      dotfiles: 'ignore',
    });
  },
  { name: 'dashboard' },
);
