export * from './dist/adapters/http.js';
