export * from './dist/transports/graphql-ws.js';
