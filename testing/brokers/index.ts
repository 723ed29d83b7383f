/**
 * Real message brokers: each call starts a new, empty broker on a free port of 127.0.0.1. It is used, stopped and started
 * again as a server of `../databases`.
 */
export { isNotInstalled, type NotInstalled, type TestServer } from '../processes/index.js';
export { startNats } from './nats.js';
export { startRabbitMq } from './rabbitmq.js';
