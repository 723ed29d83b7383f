export * from './dist/transports/post-message.js';
