export * from './dist/adapters/h3.js';
