export * from './dist/logging/console.js';
