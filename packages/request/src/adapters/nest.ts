/**
 * The request scope for Nest 11 and 12, on the platforms of Express and of Fastify.
 *
 * The module mounts its middleware as soon as there is a server, so before Nest's own body parser and before whatever
 * `app.use()` mounts: also a body that cannot be parsed is refused in a scope. The middleware gets Node's request on
 * either platform; what Fastify knows of it, Nest's Fastify has put on it by then, but for the session.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type NestModule,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { enterNodeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import { isEncrypted } from '../node/request-response.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';

type NestMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What `RequestScopeModule.forRootAsync` takes: how the options are made, and of what. */
export type RequestScopeAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<RequestScopeOptions>, 'inject' | 'useFactory'>;

/** What is used of a Fastify application, whose types not every user of Nest has. */
interface FastifyHooks {
  addHook(
    name: 'onRequest',
    hook: (request: { readonly raw: RawRequest; session?: unknown }, reply: unknown, done: () => void) => void,
  ): unknown;
}

const OPTIONS = Symbol('throughline.requestScopeOptions');

/** Fastify's request on Node's: `@fastify/session` puts the session there. */
const fastifyRequest = Symbol('throughline.fastifyRequest');

interface RawRequest {
  [fastifyRequest]?: { session?: unknown };
}

/**
 * The middleware on its own, for `app.use()` in `main.ts`: it opens the scope for everything that is mounted after it.
 * Whether the client came over https is what the platform finds, by its own setting for proxies that it trusts. The
 * session of `@fastify/session` is found with {@link RequestScopeModule} only.
 * @throws ERR_INVALID_OPTION
 * @example
 * const app = await NestFactory.create(AppModule, { bodyParser: false });
 * app.use(requestScope({ session: sessions({ secret }) }));
 * app.useBodyParser('json');
 */
export function requestScope(options: RequestScopeOptions = {}): NestMiddleware {
  checkScopeOptions(options);
  return (request, response, next) => {
    const exchange = new NestExchange(request, response);
    void enterNodeScope(request, response, exchange, options, next);
  };
}

class NestExchange extends NodeExchange {
  readonly #request: IncomingMessage & RawRequest;

  constructor(request: IncomingMessage, response: ServerResponse) {
    super(request, response, isSecure);
    this.#request = request;
  }

  override get frameworkSession(): unknown {
    const request = this.#request[fastifyRequest];
    return request === undefined ? super.frameworkSession : request.session;
  }
}

/** Opens the scope for all that the application answers: import it in the root module. */
export class RequestScopeModule implements NestModule {
  /**
   * @throws ERR_INVALID_OPTION
   * @example
   * imports: [RequestScopeModule.forRoot({ session: sessions({ secret }) })]
   */
  static forRoot(options: RequestScopeOptions = {}): DynamicModule {
    checkScopeOptions(options);
    return { module: RequestScopeModule, providers: [{ provide: OPTIONS, useValue: options }] };
  }

  /**
   * For options that are made of what other modules provide. Where one is not what it must be, the application does not
   * start, with ERR_INVALID_OPTION.
   * @example
   * imports: [
   *   RequestScopeModule.forRootAsync({
   *     inject: [ConfigService],
   *     useFactory: (config: ConfigService) => ({ session: sessions({ secret: config.getOrThrow('SECRET') }) }),
   *   }),
   * ]
   */
  static forRootAsync({ imports = [], inject = [], useFactory }: RequestScopeAsyncOptions): DynamicModule {
    return { module: RequestScopeModule, imports, providers: [{ provide: OPTIONS, inject, useFactory }] };
  }

  readonly #middleware: NestMiddleware;
  readonly #host: HttpAdapterHost;
  #isMounted = false;

  /** Called by Nest, which injects both. */
  constructor(options: RequestScopeOptions, host: HttpAdapterHost) {
    this.#middleware = requestScope(options);
    this.#host = host;
    this.#mount();
  }

  /** Called by Nest once the module is initialized. */
  configure(): void {
    // The module of a test was made before its server.
    this.#mount();
  }

  #mount(): void {
    const { httpAdapter } = this.#host;
    // A microservice or a command line has none.
    if (this.#isMounted || !httpAdapter) return;
    this.#isMounted = true;
    if (httpAdapter.getType() === 'fastify') rememberRequests(httpAdapter.getInstance());
    httpAdapter.use(this.#middleware);
  }
}

Module({})(RequestScopeModule);
Inject(OPTIONS)(RequestScopeModule, undefined, 0);
Inject(HttpAdapterHost)(RequestScopeModule, undefined, 1);

function rememberRequests(fastify: FastifyHooks): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.raw[fastifyRequest] = request;
    done();
  });
}

function isSecure(request: Parameters<typeof isEncrypted>[0]): boolean {
  return 'protocol' in request ? request.protocol === 'https' : isEncrypted(request);
}
