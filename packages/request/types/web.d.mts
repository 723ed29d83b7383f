export * from './dist/adapters/web.js';
