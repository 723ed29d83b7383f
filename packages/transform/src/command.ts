/** The command `throughline-transform`: files and folders in, transformed copies out. */
export {};
