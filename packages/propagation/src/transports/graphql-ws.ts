/**
 * Operations of graphql-ws that carry values, from version 6 on.
 *
 *     client.subscribe({ query, extensions: { …, carrier } }) ──▶ onSubscribe, context ──▶ execute or subscribe, in the flow
 *
 * GraphQL reserves `extensions` of a request for such purposes. The resolvers of an operation run in the flow of the code
 * that has subscribed, also those that an event of a subscription calls later.
 *
 * @see https://the-guild.dev/graphql/ws
 */
import { type ExecutionArgs, execute as graphqlExecute, subscribe as graphqlSubscribe } from 'graphql';
import type { Client, ServerOptions, Sink, SubscribePayload } from 'graphql-ws';
import { AsyncLocalStorage } from 'throughline';
import { type Extracted, inject } from '../index.js';
import { checkOptionNames } from '../option-names.js';
import { extractFrom } from './message-envelope.js';
import { checkTrust, type Trust } from './trust-option.js';

const CARRIER = '@throughline/propagation';

/**
 * Wraps a client, so that its operations carry the values of the flow that starts them. What the sink receives runs in
 * this flow. An operation that the client repeats after a lost connection carries the same values.
 * @param client what `createClient()` returns
 * @returns a client with the same members
 * @example
 * import { propagatingClient } from '@throughline/propagation/graphql-ws';
 * import { createClient } from 'graphql-ws';
 * import { WebSocket } from 'ws';
 *
 * const client = propagatingClient(createClient({ url: 'ws://localhost:8080', webSocketImpl: WebSocket }));
 * console.log(typeof client.subscribe); // function
 * @see https://the-guild.dev/graphql/ws/get-started#use-the-client
 */
export function propagatingClient(client: Client): Client {
  return {
    ...client,
    subscribe: (payload, sink) => client.subscribe(withCarrier(payload), bindSink(sink)),
    iterate: (payload) => client.iterate(withCarrier(payload)),
  };
}

function withCarrier(payload: SubscribePayload): SubscribePayload {
  return { ...payload, extensions: { ...payload.extensions, [CARRIER]: inject({}) } };
}

function bindSink<T>(sink: Sink<T>): Sink<T> {
  return {
    next: AsyncLocalStorage.bind((value: T) => sink.next(value)),
    error: AsyncLocalStorage.bind((error: unknown) => sink.error(error)),
    complete: AsyncLocalStorage.bind(() => sink.complete()),
  };
}

/** The options of `propagatingServer()`. */
export interface PropagatingServerOptions {
  /** Whether the values are believed: all of them, none, or those with these names. Default: `false`. */
  trust?: Trust | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['trust']);

/**
 * Wraps the options of a server, so that each operation runs with the values that it carries, also when an event of a
 * subscription calls resolvers later.
 * @param server the options for `useServer()` or `makeServer()`
 * @param options `trust`
 * @returns a copy of the options of the server
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { buildSchema } from 'graphql';
 * import { createClient } from 'graphql-ws';
 * import { useServer } from 'graphql-ws/use/ws';
 * import { Propagated } from '@throughline/propagation';
 * import { propagatingClient, propagatingServer } from '@throughline/propagation/graphql-ws';
 * import { WebSocket, WebSocketServer } from 'ws';
 *
 * const user = new Propagated('user');
 * const schema = buildSchema('type Query { user: String }');
 * const server = new WebSocketServer({ port: 8080 });
 * useServer(propagatingServer({ schema, roots: { query: { user: () => user.get() } } }, { trust: true }), server);
 *
 * const client = propagatingClient(createClient({ url: 'ws://localhost:8080', webSocketImpl: WebSocket }));
 * const results = user.run('ada', () => client.iterate({ query: '{ user }' }));
 * for await (const { data } of results) console.log(data?.user); // ada
 * await client.dispose();
 * server.close();
 * @see https://the-guild.dev/graphql/ws/get-started#start-the-server
 */
export function propagatingServer<Options extends ServerOptions>(
  server: Options,
  options: PropagatingServerOptions = {},
): Options {
  checkOptionNames('propagatingServer()', options, OPTION_NAMES);
  checkTrust('propagatingServer()', options.trust);
  const { trust = false } = options;
  const extractPayload = (payload: SubscribePayload) =>
    extractFrom(payloadCarrier(payload), trust, 'a client of graphql-ws');

  const extractedByArgs = new WeakMap<ExecutionArgs, Extracted>();
  const { onSubscribe, context, execute = graphqlExecute, subscribe = graphqlSubscribe } = server;
  const runOperation =
    (operate: NonNullable<ServerOptions['execute']>): NonNullable<ServerOptions['execute']> =>
    (args) => {
      const extracted = extractedByArgs.get(args) ?? extractPayload({ query: '' });
      return extracted.run(() => {
        const result = operate(args);
        const runInFlow = AsyncLocalStorage.snapshot();
        // In a program that has replaced Promise, what an async function returns is no instance of it.
        if (!('then' in result)) return iterableInFlow(result, runInFlow);
        return result.then((settled) => iterableInFlow(settled, runInFlow));
      });
    };

  const wrapped: ServerOptions = {
    ...server,
    onSubscribe: async (connection, id, payload) => {
      const extracted = extractPayload(payload);
      const args = await extracted.run(() => onSubscribe?.(connection, id, payload));
      // Otherwise these are errors, or the server creates the arguments itself and passes them to `context`.
      if (typeof args !== 'object' || args === null || !('document' in args)) return args;
      // The server writes to the arguments, and an application may return one object for several operations.
      const ownArgs: ExecutionArgs = { ...args };
      extractedByArgs.set(ownArgs, extracted);
      return ownArgs;
    },
    context: (connection, id, payload, args) => {
      const extracted = extractedByArgs.get(args) ?? extractPayload(payload);
      extractedByArgs.set(args, extracted);
      return typeof context === 'function' ? extracted.run(() => context(connection, id, payload, args)) : context;
    },
    execute: runOperation(execute),
    subscribe: runOperation(subscribe),
  };
  return wrapped as Options;
}

/** Returns the carrier of a payload, which may have any form. */
function payloadCarrier({ extensions }: SubscribePayload): object {
  const carrier: unknown =
    typeof extensions === 'object' && extensions !== null && Object.hasOwn(extensions, CARRIER)
      ? Reflect.get(extensions, CARRIER)
      : undefined;
  return typeof carrier === 'object' && carrier !== null ? carrier : {};
}

type RunInFlow = ReturnType<typeof AsyncLocalStorage.snapshot>;

/** The server reads the events of a subscription in a frame of its own, in which the resolvers would run. */
function iterableInFlow<T>(result: T, runInFlow: RunInFlow): T {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result;
  const iterator = (result as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  const wrapped: AsyncGenerator<unknown> = {
    next: (...args) => runInFlow(() => iterator.next(...args)),
    return: (value) =>
      runInFlow(() => iterator.return?.(value) ?? Promise.resolve({ done: true as const, value: undefined })),
    throw: (error) => runInFlow(() => iterator.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncIterator]: () => wrapped,
    [Symbol.asyncDispose]: async () => void (await wrapped.return(undefined)),
  };
  return wrapped as T;
}
