export * from './dist/transports/cluster.js';
