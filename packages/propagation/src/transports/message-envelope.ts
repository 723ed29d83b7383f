/**
 * Messages that carry values: between threads, processes and pages.
 *
 *     send(port, message) ──▶ { '@throughline/propagation': { baggage, … }, message } ──▶ receive(port, listener)
 *
 * Every message is put into an envelope, even if there are no values, so that a message of the application which looks
 * like an envelope arrives as it was sent. What arrives without an envelope is delivered unchanged, without values.
 */
import { type Extracted, extract, inject } from '../index.js';

const CARRIER = '@throughline/propagation';

/** A message with the values of its sender. */
export interface Envelope {
  readonly [CARRIER]: Readonly<Record<string, string>>;
  readonly message?: unknown;
}

/** A message as it was sent, and what its envelope carried. */
export interface OpenedMessage {
  readonly message: unknown;
  readonly extracted: Extracted;
}

/**
 * Puts a message into an envelope with the values of the current flow.
 * @param to where the message goes; `null` if it may carry nothing
 */
export function seal(message: unknown, to: string | URL | null | undefined = undefined): Envelope {
  return { [CARRIER]: to === null ? {} : inject({}, to === undefined ? {} : { to }), message };
}

/**
 * Takes a message out of its envelope.
 * @param trust whether the values are believed
 * @param from the sender, for warnings
 */
export function open(data: unknown, trust: boolean | readonly string[], from: string): OpenedMessage {
  if (!isEnvelope(data)) return { message: data, extracted: extractFrom({}, false, from) };
  return { message: data.message, extracted: extractFrom(data[CARRIER], trust, from) };
}

/** Reads values from the entries of a carrier, which may have any form. */
export function extractFrom(carrier: object, trust: boolean | readonly string[], from: string): Extracted {
  return extract(carrier, { trust, from, get: textOf });
}

function textOf(carrier: object, key: string): string | undefined {
  const value: unknown = Object.hasOwn(carrier, key) ? Reflect.get(carrier, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function isEnvelope(data: unknown): data is Envelope {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, CARRIER)) return false;
  const carrier: unknown = Reflect.get(data, CARRIER);
  return (
    typeof carrier === 'object' &&
    carrier !== null &&
    Object.keys(data).every((key) => key === CARRIER || key === 'message')
  );
}
