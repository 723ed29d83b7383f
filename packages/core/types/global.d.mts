export * from './dist/global.js';
