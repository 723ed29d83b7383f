export * from './dist/transports/worker-threads.js';
