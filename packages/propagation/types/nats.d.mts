export * from './dist/transports/nats.js';
