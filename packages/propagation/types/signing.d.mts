export * from './dist/values/signing.js';
