export * from './dist/transports/child-process.js';
