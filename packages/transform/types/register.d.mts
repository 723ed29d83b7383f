export * from './dist/node/register.js';
