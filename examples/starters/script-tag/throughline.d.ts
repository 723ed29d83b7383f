/** The global variable that the script of Throughline defines. */
declare const Throughline: typeof import('throughline') & typeof import('throughline/web');
