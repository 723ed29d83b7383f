/**
 * The request scope for Nest 10, 11 and 12, on the platforms Express and Fastify.
 *
 * The module mounts its middleware as soon as the server exists: before Nest's own body parser and before everything
 * that `app.use()` mounts. Even a body that cannot be parsed is therefore rejected in a scope. On both platforms, the
 * middleware receives Node's request, on which Nest's Fastify adapter has already set the values of Fastify's request,
 * except for the session.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { DynamicModule, FactoryProvider, ModuleMetadata, NestModule } from '@nestjs/common' with {
  'resolution-mode': 'import',
};
import { Inject, Module, Optional } from '@nestjs/common';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: as above
import type { HttpAdapterHost as AdapterHost, ExternalContextCreator as ContextCreator } from '@nestjs/core' with {
  'resolution-mode': 'import',
};
import { ExternalContextCreator, HttpAdapterHost, NestApplication } from '@nestjs/core';
import { RequestError } from '../errors.js';
import { enterNodeScope } from '../node/enter-scope.js';
import { hostOfExpress, hostOfFastify } from '../node/forwarded-host.js';
import { NodeExchange } from '../node/node-exchange.js';
import { isEncrypted, type NodeRequest } from '../node/request-response.js';
import { checkOptionNames, describeKind } from '../option-names.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { holdExpressSteps } from '../steps/express-steps.js';
import { holdFastifySteps } from '../steps/fastify-steps.js';
import { holdMiddieSteps } from '../steps/middie-steps.js';
import { holdInterceptors } from '../steps/nest-steps.js';
import { holdMethod, isHeld, markHeld } from '../steps/step-in-scope.js';

type NestMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** The options of `RequestScopeModule.forRootAsync`: a factory, and the providers that are injected into it. */
export type RequestScopeAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<RequestScopeOptions>, 'inject' | 'useFactory'>;

/** The members of a Fastify application that are used here. Not every user of Nest has the types of Fastify. */
interface FastifyApp {
  /** The decorator of @fastify/middie. */
  use?: unknown;
  decorate: unknown;
  addHook(
    name: 'onRequest',
    hook: (request: { readonly raw: RawRequest; session?: unknown }, reply: object, done: () => void) => void,
  ): unknown;
}

/** The members of Nest's adapter for a platform that are used here. */
interface PlatformAdapter {
  getType(): string;
  getInstance(): FastifyApp;
}

/** The members of an application that are used here. */
interface App {
  getHttpAdapter(): PlatformAdapter;
  get(type: unknown, options: { strict: false }): unknown;
}

// In `app.use(requestScope())`, `app.use` is read before `requestScope()` is called, so that would be too late.
holdMethod<(this: App, ...args: unknown[]) => unknown>(
  NestApplication.prototype,
  'use',
  (use) =>
    function useInScope(...args) {
      const hasAdapter = args.some((one) => typeof one === 'function' && isHeld(one));
      if (hasAdapter) holdSteps(this.getHttpAdapter(), this.get(ExternalContextCreator, { strict: false }));
      return use.apply(this, args);
    },
);

/** Other ways in which Nest's dynamic modules accept a provider. */
const USE_FACTORY_HINT = 'Set "useFactory".';
const ASYNC_OPTION_HINTS = { useClass: USE_FACTORY_HINT, useExisting: USE_FACTORY_HINT, useValue: 'Use forRoot().' };

const OPTIONS = Symbol('throughline.requestScopeOptions');

/** The property of Node's request that holds Fastify's request, on which `@fastify/session` sets the session. */
const fastifyRequestKey = Symbol('throughline.fastifyRequest');

interface RawRequest {
  [fastifyRequestKey]?: { session?: unknown };
}

/**
 * Creates the middleware alone, for `app.use()` in `main.ts`. It opens the scope for everything that is mounted after
 * it.
 *
 * The trust setting of the platform decides whether a request came over HTTPS, and to which host.
 * @param options default: a random id, no deadline and no session
 * @returns the middleware
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import 'reflect-metadata';
 * import { Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/nest';
 *
 * class AppModule {}
 * Module({})(AppModule);
 * const app = await NestFactory.create(AppModule);
 * app.use(requestScope());
 * const greet = (request, response) => response.end(`Hello from ${getRequestScope().id}\n`);
 * app.use(greet);
 * await app.listen(8080);
 * // curl localhost:8080 prints: Hello from ...
 * @see https://docs.nestjs.com/middleware#global-middleware
 */
export function requestScope(options: RequestScopeOptions = {}): NestMiddleware {
  checkScopeOptions(options);
  const middleware: NestMiddleware = (request, response, next) => {
    // On Fastify, the request has no application, and nothing is held here: see holdSteps().
    holdExpressSteps(request, response);
    const exchange = new NestExchange(request, response);
    // The promise settles after next() has been called: there is nothing left to wait for.
    void enterNodeScope(request, response, exchange, options, next);
  };
  // It calls `next` in the scope itself.
  return markHeld(middleware);
}

class NestExchange extends NodeExchange {
  override get isSecure(): boolean {
    const { request } = this;
    return 'protocol' in request ? request.protocol === 'https' : isEncrypted(request);
  }

  override get host(): string | undefined {
    return 'app' in this.request ? hostOfExpress(this.request) : hostOfFastify(this.request);
  }

  override get frameworkSession(): unknown {
    const { [fastifyRequestKey]: fastifyRequest } = this.request as NodeRequest & RawRequest;
    return fastifyRequest === undefined ? super.frameworkSession : fastifyRequest.session;
  }
}

/**
 * A module that opens the scope for every request of the application. Import it in the root module.
 *
 * The trust setting of the platform decides whether a request came over HTTPS, and to which host. If the session cannot be loaded, the
 * error goes to the exception filters, in the scope.
 * @see https://docs.nestjs.com/fundamentals/dynamic-modules
 */
export class RequestScopeModule implements NestModule {
  /**
   * Creates the module.
   * @param options default: a random id, no deadline and no session
   * @returns the module, for the `imports` of the root module
   * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
   * @example
   * import 'reflect-metadata';
   * import { Module } from '@nestjs/common';
   * import { NestFactory } from '@nestjs/core';
   * import { getRequestScope } from '@throughline/request';
   * import { RequestScopeModule } from '@throughline/request/nest';
   *
   * // This example has no decorators, so that Node can run it as is.
   * class AppModule {}
   * Module({ imports: [RequestScopeModule.forRoot()] })(AppModule);
   * const app = await NestFactory.create(AppModule);
   * const greet = (request, response) => response.end(`Hello from ${getRequestScope().id}\n`);
   * app.use(greet);
   * await app.listen(8080);
   * // curl localhost:8080 prints: Hello from ...
   */
  static forRoot(options: RequestScopeOptions = {}): DynamicModule {
    checkScopeOptions(options);
    return { module: RequestScopeModule, providers: [{ provide: OPTIONS, useValue: options }] };
  }

  /**
   * Creates the module from options that depend on other modules. If an option has an invalid value, the application
   * fails to start, with the code `ERR_INVALID_OPTION`.
   * @param options `useFactory` returns the options, or a promise of them; `inject` lists its arguments, and `imports`
   * the modules that provide them
   * @returns the module, for the `imports` of the root module
   * @throws {RequestError} `ERR_INVALID_OPTION` if an option of this method does not exist, or `useFactory` is missing
   * @example
   * import 'reflect-metadata';
   * import { Module } from '@nestjs/common';
   * import { NestFactory } from '@nestjs/core';
   * import { getRequestScope } from '@throughline/request';
   * import { RequestScopeModule } from '@throughline/request/nest';
   *
   * class Settings {
   *   deadline = 30_000;
   * }
   * class SettingsModule {}
   * Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
   *
   * const scopeModule = RequestScopeModule.forRootAsync({
   *   imports: [SettingsModule],
   *   inject: [Settings],
   *   useFactory: ({ deadline }) => ({ deadline }),
   * });
   * class AppModule {}
   * Module({ imports: [scopeModule] })(AppModule);
   * const app = await NestFactory.create(AppModule);
   * const greet = (request, response) => response.end(`Hello from ${getRequestScope().id}\n`);
   * app.use(greet);
   * await app.listen(8080);
   * // curl localhost:8080 prints: Hello from ...
   */
  static forRootAsync(options: RequestScopeAsyncOptions): DynamicModule {
    checkOptionNames('forRootAsync()', options, ['imports', 'inject', 'useFactory'], ASYNC_OPTION_HINTS);
    const { imports = [], inject = [], useFactory } = options;
    if (typeof useFactory !== 'function') {
      throw new RequestError(
        'ERR_INVALID_OPTION',
        `useFactory of forRootAsync() must be a function that returns the options, not ${describeKind(useFactory)}.`,
      );
    }
    return { module: RequestScopeModule, imports, providers: [{ provide: OPTIONS, inject, useFactory }] };
  }

  readonly #middleware: NestMiddleware;
  readonly #host: AdapterHost;
  readonly #contextCreator: ContextCreator | undefined;
  #isMounted = false;

  /** Nest calls this, and injects all arguments. */
  constructor(options: RequestScopeOptions, host: AdapterHost, contextCreator?: ContextCreator) {
    this.#middleware = requestScope(options);
    this.#host = host;
    this.#contextCreator = contextCreator;
    this.#mount();
  }

  /** Nest calls this when it configures middleware. In a testing module, the server did not exist before. */
  configure(): void {
    this.#mount();
  }

  #mount(): void {
    const { httpAdapter } = this.#host;
    // A microservice or a command line has no server.
    if (this.#isMounted || !httpAdapter) return;
    this.#isMounted = true;
    holdSteps(httpAdapter, this.#contextCreator);
    httpAdapter.use(this.#middleware);
  }
}

Module({})(RequestScopeModule);
Inject(OPTIONS)(RequestScopeModule, undefined, 0);
Inject(HttpAdapterHost)(RequestScopeModule, undefined, 1);
Inject(ExternalContextCreator)(RequestScopeModule, undefined, 2);
Optional()(RequestScopeModule, undefined, 2);

/** Holds the steps that the middleware alone cannot reach. */
function holdSteps(adapter: PlatformAdapter, contextCreator: unknown): void {
  holdInterceptors(contextCreator);
  if (adapter.getType() !== 'fastify') return;
  const fastify = adapter.getInstance();
  rememberFastifyRequests(fastify);
  holdMiddieSteps(fastify);
}

function rememberFastifyRequests(fastify: FastifyApp): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    holdFastifySteps(request, reply);
    request.raw[fastifyRequestKey] = request;
    done();
  });
}
