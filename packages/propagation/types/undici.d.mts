export * from './dist/transports/undici.js';
