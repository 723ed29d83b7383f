/** The log of the application: each line has the id of its request, and its user. */
import { logFormat, withLogFields } from '@throughline/request/winston';
import { createLogger, format, transports } from 'winston';

export const log = withLogFields(
  createLogger({ format: format.combine(logFormat(), format.json()), transports: [new transports.Console()] }),
);
