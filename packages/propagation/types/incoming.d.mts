export * from './dist/transports/incoming.js';
