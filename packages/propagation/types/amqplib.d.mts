export * from './dist/transports/amqplib.js';
