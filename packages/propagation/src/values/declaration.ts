/** What is declared about a value, after its options were checked: how it is written and read, and who may see it. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describeKind, invalidArgType, invalidArgValue } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { checkPlaces, type Places } from './destinations.js';
import { decodeJson, encodeJson } from './json-codec.js';

/** Encodes a value as text, and decodes it. */
export interface Codec<T> {
  /** Returns the text of a value: any string. */
  readonly encode: (value: T) => string;
  /** Returns the value of a text. It throws if the text is not that of a value, which is then dropped. */
  readonly decode: (text: string) => T;
}

/** What a signature must be, beside right. */
export interface SignOptions {
  /** The age up to which a signature is accepted, in milliseconds. Default: any age. */
  maxAge?: number | undefined;
}

/** The options of the `Propagated` constructor. */
export interface PropagatedOptions<T> {
  /**
   * Validates what arrives: a schema of Zod, Valibot, ArkType or any other library with the interface of Standard Schema.
   * It must validate synchronously. Default: every value that JSON can represent is accepted.
   */
  schema?: StandardSchemaV1<unknown, T> | undefined;
  /** Encodes and decodes the value, in place of JSON and a schema. */
  codec?: Codec<T> | undefined;
  /** The version of the form of the value: a positive integer. Default: 1. */
  version?: number | undefined;
  /**
   * Converts a value that has another version. Without it, such a value is dropped.
   * @param value what JSON represents, or the text if there is a `codec`
   * @param from the version of the value
   * @returns the value in this version, which the schema then validates; `undefined` to drop it
   */
  migrate?: ((value: unknown, from: number) => unknown) | undefined;
  /** The greatest length of the encoded value in a carrier, in bytes. Default: 4096, which is also the maximum. */
  maxLength?: number | undefined;
  /** Whether `logFields()` of `@throughline/request` has the value, and the name of its field. Default: false. */
  log?: boolean | string | undefined;
  /** What `logFields()` shows in place of the value. Only strings, numbers and booleans are shown. */
  redact?: ((value: T) => unknown) | undefined;
  /**
   * The destinations that the value may be sent to: origins such as 'https://billing.internal', other strings, or regular
   * expressions that an origin or a string must match. A carrier for an unknown destination does not receive the value.
   * Default: 'anywhere'.
   */
  to?: 'anywhere' | Places | undefined;
  /**
   * Whether the value is believed when it comes from outside. `true`: from any sender. `false`: never. A list: from these
   * senders only, and only where `extract()` trusts the value too. Default: where `extract()` trusts it.
   */
  trust?: boolean | Places | undefined;
  /** Whether the value is signed, and believed only with a valid signature. Needs `setSigningKeys()`. Default: false. */
  sign?: boolean | SignOptions | undefined;
  /** What `get()` returns in a flow that has no value. It is not sent. Default: `undefined`. */
  defaultValue?: T | undefined;
}

/** The members that copies of this package use of each other: see shared-state.ts. */
export interface Declaration {
  readonly version: number;
  readonly maxLength: number;
  readonly logName: string | undefined;
  readonly to: Places | undefined;
  readonly trust: boolean | Places | undefined;
  /** The greatest age of a signature in milliseconds; undefined if the value is not signed. */
  readonly signatureAge: number | undefined;
  /** Where the value was declared, for errors. */
  readonly place: string | undefined;
  /** What can be compared between two declarations of one name. */
  readonly fingerprint: string;
  /** Whether it has a codec, whose text may depend on more than the value. */
  readonly hasCodec: boolean;
  /** Whether a codec, a schema or migrate() may make any value of what was sent. */
  readonly converts: boolean;
  encode(value: unknown): string;
  /** @throws {Undecodable} if the text is not that of a value */
  decode(text: string, version: number): unknown;
  redact(value: unknown): unknown;
}

/** Why a value could not be decoded. */
type UndecodableReason = 'malformed' | 'invalid' | 'version';

/** The error of `decode()`. The message says what is wrong, and repeats nothing of the value. */
export class Undecodable extends Error {
  readonly reason: UndecodableReason;

  constructor(reason: UndecodableReason, message: string) {
    super(message);
    this.reason = reason;
  }

  /** Recognizes the errors of every copy of this package. */
  static override [Symbol.hasInstance](value: unknown): value is Undecodable {
    return typeof value === 'object' && value !== null && UNDECODABLE in value;
  }
}

/** Marks the errors of all copies of this package. */
const UNDECODABLE = Symbol.for('@throughline/propagation.Undecodable');
Object.defineProperty(Undecodable.prototype, UNDECODABLE, { value: true });

/** The longest entry that OpenTelemetry's propagator accepts, in bytes. */
export const MAX_ENTRY_LENGTH = 4096;

const OPTION_NAMES: ReadonlySet<string> = new Set([
  'schema',
  'codec',
  'version',
  'migrate',
  'maxLength',
  'log',
  'redact',
  'to',
  'trust',
  'sign',
  'defaultValue',
]);

/** A token of HTTP without the characters that OpenTelemetry's propagator escapes in a key. */
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Names that mean something else in `trust`, in a carrier, or in an object of log fields. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['baggage', 'deadline', 'traceparent', 'tracestate', '__proto__']);

/** Fields that `logFields()` always has. */
const RESERVED_FIELDS: ReadonlySet<string> = new Set(['requestId', 'method', 'path', 'traceId', 'spanId', '__proto__']);

/**
 * Checks the name and the options of a value.
 * @param place where the value is declared
 */
export function declare<T>(name: string, options: PropagatedOptions<T>, place: string | undefined): Declaration {
  if (typeof name !== 'string') throw invalidArgType('The name of a Propagated', 'a string', name);
  if (!NAME.test(name) || RESERVED_NAMES.has(name)) {
    throw invalidArgValue(
      `${JSON.stringify(name)} cannot be the name of a Propagated. A name has 1 to 128 letters, digits, dots, hyphens and ` +
        `underscores, and is not one of ${[...RESERVED_NAMES].join(', ')}.`,
    );
  }
  const owner = `new Propagated(${JSON.stringify(name)})`;
  checkOptionNames(owner, options, OPTION_NAMES);
  const { schema, codec, migrate, redact, log = false, version = 1, maxLength = MAX_ENTRY_LENGTH, to, trust } = options;
  checkSchema(owner, schema, codec);
  for (const [option, value] of Object.entries({ migrate, redact })) {
    if (value !== undefined && typeof value !== 'function') {
      throw invalidArgType(`${owner}: ${option}`, 'a function', value);
    }
  }
  checkInteger(owner, 'version', version, Number.MAX_SAFE_INTEGER);
  checkInteger(owner, 'maxLength', maxLength, MAX_ENTRY_LENGTH);
  const checked = {
    version,
    maxLength,
    logName: checkLogName(owner, name, log),
    to: to === undefined || to === 'anywhere' ? undefined : checkPlaces(`${owner}: to`, to),
    trust: trust === undefined || typeof trust === 'boolean' ? trust : checkPlaces(`${owner}: trust`, trust),
    signatureAge: checkSign(owner, options.sign),
  };
  return {
    ...checked,
    place,
    fingerprint: fingerprintOf(checked, options),
    hasCodec: codec !== undefined,
    converts: codec !== undefined || schema !== undefined || migrate !== undefined,
    encode: codec === undefined ? encodeJson : (value) => encodeWith(owner, codec, value as T),
    decode: decoder(version, options),
    redact: redact === undefined ? (value) => value : (value) => redact(value as T),
  };
}

function checkSchema(owner: string, schema: StandardSchemaV1 | undefined, codec: unknown): void {
  if (codec !== undefined) {
    if (schema !== undefined) {
      throw invalidArgValue(`${owner} has a schema and a codec. A codec validates what it decodes: omit the schema.`);
    }
    if (typeof codec !== 'object' || codec === null) throw invalidArgType(`${owner}: codec`, 'an object', codec);
    for (const method of ['encode', 'decode']) {
      const value: unknown = Reflect.get(codec, method);
      if (typeof value !== 'function') throw invalidArgType(`${owner}: codec.${method}`, 'a function', value);
    }
  }
  if (schema === undefined) return;
  // Schemas of some libraries are functions.
  const isObject = (typeof schema === 'object' && schema !== null) || typeof schema === 'function';
  if (!isObject || typeof schema['~standard']?.validate !== 'function') {
    throw invalidArgType(
      `${owner}: schema`,
      'a schema with the interface of Standard Schema, such as those of Zod 3.24 and later, Valibot 1 and ArkType 2',
      schema,
    );
  }
  if (isAsync(schema)) {
    throw invalidArgValue(
      `${owner}: the schema validates asynchronously. A value is read before the code that needs it runs, so the schema ` +
        'must be synchronous: run checks that need a database or a network in that code.',
    );
  }
}

/** Whether a schema returns a promise already for `undefined`. One that does so later is found when it does. */
function isAsync(schema: StandardSchemaV1): boolean {
  try {
    return isPromise(schema['~standard'].validate(undefined));
  } catch {
    return false;
  }
}

/** Whether a result is a promise, whose rejection is then handled: it would end the process otherwise. */
function isPromise(result: StandardSchemaV1.Result<unknown> | Promise<unknown>): result is Promise<unknown> {
  if (typeof result !== 'object' || result === null || !('then' in result)) return false;
  Promise.resolve(result).catch(() => undefined);
  return true;
}

function checkInteger(owner: string, option: string, value: unknown, max: number): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw invalidArgValue(`${owner}: ${option} must be an integer from 1 to ${max}, not ${describeKind(value)}.`);
  }
}

function checkLogName(owner: string, name: string, log: unknown): string | undefined {
  if (typeof log !== 'boolean' && typeof log !== 'string') {
    throw invalidArgType(`${owner}: log`, 'true, false or the name of a field', log);
  }
  if (log === false) return undefined;
  const field = log === true ? name : log;
  if (field === '' || RESERVED_FIELDS.has(field)) {
    throw invalidArgValue(
      `${owner}: the field ${JSON.stringify(field)} of a log line has another meaning. Name another field with log.`,
    );
  }
  return field;
}

const SIGN_OPTION_NAMES: ReadonlySet<string> = new Set(['maxAge']);

function checkSign(owner: string, sign: boolean | SignOptions | undefined): number | undefined {
  if (sign === undefined || sign === false) return undefined;
  if (sign === true) return Number.POSITIVE_INFINITY;
  checkOptionNames(`${owner}: sign`, sign, SIGN_OPTION_NAMES);
  const { maxAge = Number.POSITIVE_INFINITY } = sign;
  if (typeof maxAge !== 'number' || !(maxAge > 0)) {
    throw invalidArgValue(
      `${owner}: sign.maxAge must be a number of milliseconds above 0, not ${describeKind(maxAge)}.`,
    );
  }
  return maxAge;
}

/** What can be compared of an option: the text of a function, the JSON of a schema. */
function fingerprintOf<T>(checked: object, options: PropagatedOptions<T>): string {
  const { schema, codec, migrate, redact } = options;
  const functions = [codec?.encode, codec?.decode, migrate, redact].map((fn) => fn && String(fn));
  let schemaText: string;
  try {
    schemaText = `${schema?.['~standard'].vendor} ${JSON.stringify(schema)}`;
  } catch {
    schemaText = '';
  }
  return JSON.stringify([checked, functions, schemaText], (_key, value: unknown) =>
    value instanceof RegExp ? String(value) : value,
  );
}

function encodeWith<T>(owner: string, codec: Codec<T>, value: T): string {
  const text: unknown = codec.encode(value);
  if (typeof text !== 'string') throw invalidArgType(`${owner}: the result of codec.encode()`, 'a string', text);
  return text;
}

/** Returns the function that decodes text of any version. */
function decoder<T>(ownVersion: number, options: PropagatedOptions<T>): Declaration['decode'] {
  const { schema, codec, migrate } = options;
  return (text, version) => {
    const raw = codec === undefined ? parseJson(text) : text;
    if (version === ownVersion) return codec === undefined ? validateText(schema, raw, text) : decodeWith(codec, text);
    if (migrate === undefined) {
      throw new Undecodable(
        'version',
        `it has version ${version}, and this program knows version ${ownVersion}. Declare migrate() to convert it`,
      );
    }
    const migrated = call(() => migrate(raw, version), 'migrate() threw');
    if (migrated === undefined) throw new Undecodable('version', `migrate() drops version ${version}`);
    return codec === undefined ? validate(schema, migrated) : migrated;
  };
}

function parseJson(text: string): unknown {
  try {
    return decodeJson(text);
  } catch {
    throw new Undecodable('malformed', 'it is not JSON');
  }
}

/** Validates what JSON represents, or the text: for another library, `tenant=42` is the string. */
function validateText(schema: StandardSchemaV1 | undefined, raw: unknown, text: string): unknown {
  try {
    return validate(schema, raw);
  } catch (error) {
    if (typeof raw === 'string' || (typeof raw === 'object' && raw !== null)) throw error;
    return validate(schema, text);
  }
}

function validate(schema: StandardSchemaV1 | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  const result = call(() => schema['~standard'].validate(value), 'the schema threw');
  if (isPromise(result)) {
    throw new Undecodable(
      'invalid',
      'its schema has returned a promise, and must validate synchronously (that of Zod also returns one if a check throws)',
    );
  }
  if (result.issues !== undefined) throw new Undecodable('invalid', 'the schema rejects it');
  return result.value;
}

function decodeWith<T>(codec: Codec<T>, text: string): T {
  return call(() => codec.decode(text), 'codec.decode() threw');
}

/** Calls a function of the application. What it throws may contain the value, so it is not repeated. */
function call<R>(fn: () => R, message: string): R {
  try {
    return fn();
  } catch {
    throw new Undecodable('invalid', message);
  }
}
