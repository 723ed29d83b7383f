export * from './dist/page/page.js';
