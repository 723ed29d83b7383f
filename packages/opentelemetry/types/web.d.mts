export * from './dist/register-web.js';
