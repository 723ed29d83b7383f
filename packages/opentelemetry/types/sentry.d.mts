export * from './dist/sentry.js';
