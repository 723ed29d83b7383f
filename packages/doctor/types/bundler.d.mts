export * from './dist/page/bundler.js';
