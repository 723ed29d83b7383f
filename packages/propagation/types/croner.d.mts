export * from './dist/transports/croner.js';
