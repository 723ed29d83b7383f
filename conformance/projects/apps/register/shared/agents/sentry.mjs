import * as Sentry from '@sentry/node';
import { startSentry } from './start-sentry.cjs';

startSentry(Sentry);
