export * from './dist/transports/node-http.js';
