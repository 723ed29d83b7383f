export * from './dist/transports/pg-boss.js';
