/** The log of the application: each line has the id of its request, and its user. */
import { logFields } from '@throughline/request';
import { pino } from 'pino';

export const log = pino({ mixin: logFields });
