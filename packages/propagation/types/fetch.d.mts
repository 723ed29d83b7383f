export * from './dist/transports/fetch.js';
