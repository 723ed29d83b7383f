export * from './dist/adapters/hono.js';
