export * from './dist/transports/bullmq.js';
