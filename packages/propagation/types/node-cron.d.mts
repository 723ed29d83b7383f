export * from './dist/transports/node-cron.js';
