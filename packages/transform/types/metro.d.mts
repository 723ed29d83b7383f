export * from './dist/bundlers/metro.js';
