export * from './dist/loader/register.js';
