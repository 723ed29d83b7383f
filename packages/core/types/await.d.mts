export * from './dist/await/entry.js';
