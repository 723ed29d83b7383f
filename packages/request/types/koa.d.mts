export * from './dist/adapters/koa.js';
