export * from './dist/transports/socket-io.js';
