export * from './dist/await/entry-script.js';
