export * from './dist/transports/kafkajs.js';
