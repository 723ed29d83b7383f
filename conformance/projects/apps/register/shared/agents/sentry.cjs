const Sentry = require('@sentry/node');
const { startSentry } = require('./start-sentry.cjs');

startSentry(Sentry);
