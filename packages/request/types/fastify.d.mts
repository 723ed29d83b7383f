export * from './dist/adapters/fastify.js';
