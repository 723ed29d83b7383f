/** The log of the application: each line begins with the id of its request, and with its user. */
import { scopedConsole } from '@throughline/request/console';

export const log = scopedConsole();
