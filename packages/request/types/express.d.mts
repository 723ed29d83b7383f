export * from './dist/adapters/express.js';
