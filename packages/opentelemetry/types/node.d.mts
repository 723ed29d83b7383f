export * from './dist/register-node.js';
