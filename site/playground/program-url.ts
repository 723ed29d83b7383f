/** The URL of the program in source maps and findings. No such host exists, and nothing is loaded from it. */
export const PROGRAM_URL = 'https://playground.invalid/program.js';

/** The folder of Throughline's own code in source maps: the doctor leaves its frames out. */
export const OWN_FOLDER = 'throughline-runtime';
