/**
 * The options of the doctor. They are JSON in an environment variable, because every process and thread of a program
 * reads them: `THROUGHLINE_DOCTOR='{"dependencies":true}'`.
 */
import { createRequire } from 'node:module';

export const VARIABLE = 'THROUGHLINE_DOCTOR';

export const FORMATS = ['text', 'json', 'github'] as const;
export type Format = (typeof FORMATS)[number];

export interface DoctorOptions {
  /** Also checks the functions of the packages in `node_modules`. */
  readonly dependencies: boolean;
  /** Also reports what did no harm. */
  readonly all: boolean;
  /** Reports reads in no flow with the origin of their code, which slows the program down. */
  readonly emptyReads: boolean;
  /** Reports work that one flow does for others. */
  readonly sharedWork: boolean;
  /** Reports values that are held for longer than this after the end of their flow, in seconds. 0: none are reported. */
  readonly outlived: number;
  /** Opens the page of live flows. */
  readonly inspectFlows: boolean;
  /** The port of this page; 0 lets the system choose one. */
  readonly inspectPort: number;
  /** Records what flows wait for also while no page is open, which slows the program down. */
  readonly recordWaits: boolean;
  /** Names of the storages whose values are not shown, separated by commas; `*` stands for all. */
  readonly redact: string;
  readonly format: Format;
  /** Also writes the findings as a page to this file. */
  readonly html: string | undefined;
  /** A folder for the findings of each process, which are then not printed. The command merges them. */
  readonly folder: string | undefined;
}

/** In seconds. Most timers of requests are shorter, and a person who looks for a leak waits as long. */
export const DEFAULT_OUTLIVED = 60;

const DEFAULTS: DoctorOptions = {
  dependencies: false,
  all: false,
  emptyReads: false,
  sharedWork: true,
  outlived: DEFAULT_OUTLIVED,
  inspectFlows: false,
  inspectPort: 0,
  recordWaits: false,
  redact: '',
  format: 'text',
  html: undefined,
  folder: undefined,
};

const TYPES = {
  dependencies: 'boolean',
  all: 'boolean',
  emptyReads: 'boolean',
  sharedWork: 'boolean',
  outlived: 'number',
  inspectFlows: 'boolean',
  inspectPort: 'number',
  recordWaits: 'boolean',
  redact: 'string',
  format: 'string',
  html: 'string',
  folder: 'string',
} as const;

/**
 * @param text the value of the variable
 * @throws {TypeError} `ERR_INVALID_OPTION` if it is not a JSON object, or an option is unknown or has a wrong value
 */
export function parseOptions(text: string | undefined): DoctorOptions {
  if (text === undefined || text === '') return DEFAULTS;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw invalidOption(`${VARIABLE} must be a JSON object, such as {"dependencies":true}, not ${text}.`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidOption(`${VARIABLE} must be a JSON object, such as {"dependencies":true}, not ${text}.`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!isOption(name)) {
      throw unknownOption(VARIABLE, name, Object.keys(TYPES));
    }
    if (typeof value !== TYPES[name]) {
      throw invalidOption(`The option ${name} of ${VARIABLE} must be a ${TYPES[name]}, not ${JSON.stringify(value)}.`);
    }
    if (name === 'outlived' && !isDuration(value)) {
      throw invalidOption(`The option outlived of ${VARIABLE} must be a number of seconds, 0 or more, not ${value}.`);
    }
    if (name === 'inspectPort' && !isPort(value)) {
      throw invalidOption(`The option inspectPort of ${VARIABLE} must be an integer from 0 to 65535, not ${value}.`);
    }
    if (name === 'format' && !FORMATS.includes(value)) {
      throw invalidOption(`The option format of ${VARIABLE} must be one of ${FORMATS.join(', ')}, not ${value}.`);
    }
  }
  return { ...DEFAULTS, ...given };
}

/** Whether a number of seconds is valid. JSON has no infinity. */
export function isDuration(seconds: number): boolean {
  return seconds >= 0 && Number.isFinite(seconds);
}

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}

/**
 * @param subject what has the options
 * @param known an object with the names of its options
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown
 */
export function checkOptionNames(subject: string, options: object, known: object): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) throw unknownOption(subject, name, Object.keys(known));
  }
}

function unknownOption(subject: string, name: string, names: readonly string[]): TypeError {
  // Loaded for the error only.
  const { closest }: typeof import('fastest-levenshtein') = createRequire(import.meta.url)('fastest-levenshtein');
  return invalidOption(
    `${subject} has no option ${name}. Did you mean ${closest(name, [...names])}? The options are ${names.join(', ')}.`,
  );
}

function isOption(name: string): name is keyof typeof TYPES {
  return Object.hasOwn(TYPES, name);
}

function invalidOption(message: string): TypeError & { code: string } {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_OPTION' });
}
