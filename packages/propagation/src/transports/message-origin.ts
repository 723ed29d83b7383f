/** Where a message of a page or a worker comes from, and whether its values are believed. See post-message.ts. */
import { type AllowedOrigins, compileOrigins, parseUrl } from './allowed-origins.js';
import { type OpenedMessage, open } from './message-envelope.js';
import { checkTrust, type Trust } from './trust-option.js';

/** The options about senders. */
export interface BelievedSenders {
  readonly origins?: AllowedOrigins | undefined;
  readonly trust?: Trust | undefined;
}

/** Returns the origin of this page or worker, and undefined if it has none that another page cannot have too. */
export function ownOrigin(): string | undefined {
  const { origin } = globalThis as { origin?: unknown };
  return typeof origin === 'string' && origin !== 'null' ? origin : undefined;
}

/** Opens the message of an event. */
export type EventOpener = (event: MessageEvent) => OpenedMessage;

/**
 * Creates the function that decides for each event whether its values are believed.
 * @param owner the function that has the options, for errors
 */
export function eventOpener(
  owner: string,
  source: object,
  { origins = [], trust = !isMessagePort(source) }: BelievedSenders,
): EventOpener {
  checkTrust(owner, trust);
  const isListed = compileOrigins(`${owner}: origins`, origins);
  return ({ data, origin }) => {
    // Workers and message ports state no origin. Node's events have no such property.
    if (origin === '' || origin === undefined) return open(data, trust, 'a worker or a message port');
    const url = parseUrl(origin);
    const isBelieved = url !== undefined && (url.origin === ownOrigin() || isListed(url));
    return open(data, isBelieved && trust, origin);
  };
}

/**
 * Whether an object is a message port. That of another realm, such as a frame, is not an instance of the class of this
 * one, and those of Node have the tag of an `EventTarget`.
 */
function isMessagePort(source: object): boolean {
  return (
    Object.prototype.toString.call(source) === '[object MessagePort]' || source.constructor?.name === 'MessagePort'
  );
}
