/**
 * The signal that prints what was found until now. A process that does not expect it is not ended by it, and no common tool
 * sends it: nodemon restarts programs with SIGUSR2, and Node starts its debugger on SIGUSR1.
 */
export const REPORT_SIGNAL = 'SIGURG';
