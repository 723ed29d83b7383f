export * from './dist/adapters/nest.js';
