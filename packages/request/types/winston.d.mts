export * from './dist/logging/winston.js';
