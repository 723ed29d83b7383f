export * from './dist/bundlers/install.js';
