export * from './dist/transports/websocket.js';
