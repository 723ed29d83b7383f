export * from './dist/transports/comlink.js';
