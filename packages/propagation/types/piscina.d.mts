export * from './dist/transports/piscina.js';
