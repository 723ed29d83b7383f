export * from './dist/sessions/sessions.js';
