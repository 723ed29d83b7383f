import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  HttpCode,
  HttpException,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  Param,
  Post,
  Query,
  Req,
  Res,
  Sse,
  StreamableFile,
  UploadedFile,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter, FileInterceptor, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RequestScopeOptions, session, tryGetRequestScope } from '@throughline/request';
import { RequestScopeModule, requestScope } from '@throughline/request/nest';
import { sessions } from '@throughline/request/sessions';
import { from, map, Observable, tap } from 'rxjs';
import { assertOwnScope } from './battery/assert-scope.js';
import type { CaseName } from './battery/cases.js';
import { callByDetour, DETOUR_HEADER, type DetourRoute, detourRoutesJson, proceedByDetour } from './battery/detours.js';
import {
  endlessChunks,
  handleParsedBody,
  readAcrossAwaits,
  readAcrossRaces,
  recordAbort,
  rejectAfterAwaits,
  scopeJson,
  serverSentEvents,
  streamedChunks,
  waitForDeadline,
} from './battery/handlers.js';
import { readNodeUpload, recordResponseEnd, writeChunks } from './battery/node-handlers.js';
import { recordedReadsJson, recorderFor } from './battery/recorded-reads.js';
import { runBattery } from './battery/run-battery.js';
import { cookieOf, sendRequest } from './http/client.js';
import { listen, type RunningServer, withServer } from './http/server.js';
import { BreakableStore } from './sessions/breakable-store.js';

/** The interceptor for uploads on Fastify. Nest 10 has none. */
const fastifyUploads = await import('@nestjs/platform-fastify/multipart').catch((error: { code?: string }) => {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
  throw error;
});

const cases: CaseName[] = [
  'an async handler',
  'Promise.race() with a timeout',
  'the path as the client sent it',
  'a JSON body in several chunks',
  'a form body in several chunks',
  'a multipart upload',
  "the events 'finish' and 'close' of a response",
  'an error thrown synchronously',
  'an error thrown after an await',
  "the framework's default error response",
  'a request without a matching route',
  'a streamed response that the client reads slowly',
  "the event 'drain' of a response",
  'server-sent events',
  'a client that disconnects during its upload',
  'a client that disconnects during the response',
  "the event 'close' of a response that is not read to its end",
  'many requests on one keep-alive connection',
  'pipelined requests',
  'a step that returns control from elsewhere, two requests interleaved',
  'a step that returns control from elsewhere, 200 requests interleaved',
  'the deadline of a request',
  'a request without an id',
  'an unsafe request id',
  'an untrusted request id',
];

/** An object of Node on the platform of Express, or an object of Fastify that wraps it. */
type PlatformObject<NodeObject> = NodeObject & { readonly raw?: NodeObject };
type Request = PlatformObject<IncomingMessage>;
type Response = PlatformObject<ServerResponse>;

const nodeObjectOf = <NodeObject>(object: PlatformObject<NodeObject>): NodeObject => object.raw ?? object;
const recorderOf = (request: Request) => recorderFor(request.headers['x-request-id']);

/** A singleton provider that is created asynchronously, and reads the scope of its caller. */
class ScopeReader {
  scopeId(): string | undefined {
    return tryGetRequestScope()?.id;
  }
}
const scopeReaderProvider = {
  provide: ScopeReader,
  useFactory: async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return new ScopeReader();
  },
};

const RequestId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request: Request = context.switchToHttp().getRequest();
  return request.headers['x-request-id'];
});

/** Reads the scope in a pipe, whose value is the id of the request. */
const recordingPipe = {
  transform: async (id: string) => {
    await undefined;
    recorderFor(id)('pipe');
    return id;
  },
};

const recordingGuard = {
  canActivate: async (context: ExecutionContext) => {
    await undefined;
    recorderOf(context.switchToHttp().getRequest())('guard');
    return true;
  },
};

const recordingInterceptor: NestInterceptor = {
  intercept(context, next) {
    const record = recorderOf(context.switchToHttp().getRequest());
    record('before the handler');
    return next.handle().pipe(tap(() => record('after the handler')));
  },
};

class RecordingFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const request: Request = host.switchToHttp().getRequest();
    const response: Response = host.switchToHttp().getResponse();
    const isNotFound = error instanceof HttpException && error.getStatus() === 404;
    recorderOf(request)(isNotFound ? 'not found' : 'error handler');
    const isHandled = error instanceof Error && ['thrown', 'rejected'].includes(error.message);
    if (isHandled) this.applicationRef?.reply(response, error.message, 500);
    else super.catch(error, host);
  }
}
Catch()(RecordingFilter);

/** Applies decorators to a method and to its parameters, as the decorator syntax would. */
function decorate(
  type: { readonly prototype: object },
  name: string,
  decorators: readonly MethodDecorator[],
  ...parameters: readonly ParameterDecorator[]
): void {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  assert.ok(descriptor, `${name} is not a method`);
  for (const decorator of decorators) decorator(type.prototype, name, descriptor);
  for (const [index, parameter] of parameters.entries()) parameter(type.prototype, name, index);
}

const DETOUR_PHASES = [
  'a middleware',
  'a middleware of a module',
  'a guard',
  'an interceptor, before the handler',
  'an interceptor, after the handler',
  'a pipe',
];
const detourRoutes: DetourRoute[] = [
  {
    method: 'GET',
    path: '/detour/ada',
    phases: DETOUR_PHASES,
    checkpoints: [
      'after a middleware',
      'after a middleware of a module',
      'after a guard',
      'before the handler',
      'after a pipe',
      'the handler of a route',
      'after the handler',
      'finish',
      'close',
    ],
  },
  {
    method: 'GET',
    path: '/detour/fails',
    phases: DETOUR_PHASES.filter((phase) => phase !== 'an interceptor, after the handler'),
    checkpoints: ['after a middleware', 'after a guard', 'the handler of a route', 'error handler'],
  },
];

type NodeNext = () => void;
const detourMiddleware = (phase: string) => (request: IncomingMessage, _response: unknown, next: NodeNext) =>
  proceedByDetour(phase, request.headers[DETOUR_HEADER], () => next());
const checkpointMiddleware = (name: string) => (request: IncomingMessage, _response: unknown, next: NodeNext) => {
  recorderOf(request)(name);
  next();
};

const detourGuard = {
  canActivate: (context: ExecutionContext) => {
    const { headers }: Request = context.switchToHttp().getRequest();
    return callByDetour('a guard', headers[DETOUR_HEADER], () => true);
  },
};

const checkpointGuard = {
  canActivate: (context: ExecutionContext) => {
    recorderOf(context.switchToHttp().getRequest())('after a guard');
    return true;
  },
};

/** Subscribes to the handler, and emits its value, from elsewhere. */
const detourInterceptor: NestInterceptor = {
  intercept(context, next) {
    const { headers }: Request = context.switchToHttp().getRequest();
    return new Observable((subscriber) =>
      proceedByDetour('an interceptor, before the handler', headers[DETOUR_HEADER], () => {
        next.handle().subscribe({
          next: (value) =>
            proceedByDetour('an interceptor, after the handler', headers[DETOUR_HEADER], () => {
              subscriber.next(value);
              subscriber.complete();
            }),
          error: (error) => subscriber.error(error),
        });
      }),
    );
  },
};

const detourPipe = {
  transform: (request: Request) => callByDetour('a pipe', request.headers[DETOUR_HEADER], () => request),
};
const checkpointPipe = {
  transform: (request: Request) => {
    recorderOf(request)('after a pipe');
    return request;
  },
};

const CustomRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest(),
);

class Detours {
  routes(): string {
    return detourRoutesJson(detourRoutes);
  }

  respond(request: Request, response: Response, name: string): string {
    recorderOf(request)('the handler of a route');
    recordResponseEnd(nodeObjectOf(response), recorderOf(request));
    if (name === 'fails') throw new Error('thrown');
    return 'ok';
  }
}
Controller()(Detours);
decorate(Detours, 'routes', [Get('detours')]);
decorate(
  Detours,
  'respond',
  [
    Get('detour/:name'),
    UseGuards(detourGuard, checkpointGuard),
    UseInterceptors(recordingInterceptor, detourInterceptor, recordingInterceptor),
  ],
  CustomRequest(detourPipe, checkpointPipe),
  Res({ passthrough: true }),
  Param('name'),
);

class Mounted {
  scope(): string {
    return scopeJson();
  }
}
Controller('mounted')(Mounted);
decorate(Mounted, 'scope', [Get('scope')]);

/** Creates the controller with the routes of the battery, for one of the platforms. */
function createRoutes(fileInterceptor: ReturnType<typeof FileInterceptor>) {
  class Routes {
    readonly #scopeReader: ScopeReader;

    constructor(scopeReader: ScopeReader) {
      this.#scopeReader = scopeReader;
    }

    reads(id: string) {
      return recordedReadsJson(id);
    }

    async plain(request: Request, id: string) {
      await readAcrossAwaits(recorderOf(request));
      assert.equal(this.#scopeReader.scopeId(), id);
      return 'ok';
    }

    async race(request: Request) {
      await readAcrossRaces(recorderOf(request));
      return 'ok';
    }

    scope() {
      return scopeJson();
    }

    async body(request: Request, body: { text?: string }) {
      return handleParsedBody(recorderOf(request), body.text);
    }

    async upload(request: Request, file: { buffer: Buffer }) {
      return handleParsedBody(recorderOf(request), file.buffer.toString());
    }

    ended(request: Request, response: Response) {
      recordResponseEnd(nodeObjectOf(response), recorderOf(request));
      return 'ok';
    }

    throws() {
      throw new Error('thrown');
    }

    rejects(request: Request) {
      return rejectAfterAwaits(recorderOf(request));
    }

    unhandled() {
      throw new Error('unhandled');
    }

    stream(request: Request, response: Response) {
      return writeChunks(nodeObjectOf(response), streamedChunks(recorderOf(request)), recorderOf(request));
    }

    events(request: Request) {
      return from(serverSentEvents(recorderOf(request))).pipe(
        map((event) => ({ data: event.replace(/^data: |\n/g, '') })),
      );
    }

    endless(request: Request, response: Response) {
      const record = recorderOf(request);
      recordResponseEnd(nodeObjectOf(response), record);
      return new StreamableFile(Readable.from(endlessChunks(record), { objectMode: false }));
    }

    async unfinished(request: Request) {
      const record = recorderOf(request);
      recordAbort(record);
      record('handler');
      await readNodeUpload(nodeObjectOf(request), record);
    }

    deadline(request: Request) {
      return waitForDeadline(recorderOf(request));
    }
  }
  Controller()(Routes);
  Inject(ScopeReader)(Routes, undefined, 0);
  decorate(Routes, 'reads', [Get('reads')], Query('id'));
  decorate(Routes, 'plain', [Get('plain')], Req(), RequestId(recordingPipe));
  decorate(Routes, 'race', [Get('race')], Req());
  decorate(Routes, 'scope', [Get('scope')]);
  decorate(Routes, 'body', [Post(['json', 'form']), HttpCode(200)], Req(), Body());
  decorate(Routes, 'upload', [Post('upload'), HttpCode(200), UseInterceptors(fileInterceptor)], Req(), UploadedFile());
  decorate(Routes, 'ended', [Get('ended')], Req(), Res({ passthrough: true }));
  decorate(Routes, 'throws', [Get('throws')]);
  decorate(Routes, 'rejects', [Get('rejects')], Req());
  decorate(Routes, 'unhandled', [Get('unhandled')]);
  decorate(Routes, 'stream', [Get('stream')], Req(), Res());
  decorate(Routes, 'events', [Sse('events')], Req());
  decorate(Routes, 'endless', [Get('endless')], Req(), Res({ passthrough: true }));
  decorate(Routes, 'unfinished', [Post('unfinished')], Req());
  decorate(Routes, 'deadline', [Get('deadline'), HttpCode(503)], Req());
  return Routes;
}

/** Creates the class of a root module. */
function createRootModule(metadata: Parameters<typeof Module>[0]) {
  class Root {
    configure(consumer: MiddlewareConsumer): void {
      const phase = 'a middleware of a module';
      consumer.apply(detourMiddleware(phase), checkpointMiddleware(`after ${phase}`)).forRoutes(Detours);
    }
  }
  Module(metadata)(Root);
  return Root;
}

type Application = NestExpressApplication | NestFastifyApplication;

const silentOptions = { logger: false, abortOnError: false } as const;

const platforms = [
  {
    name: 'Nest on Express',
    Routes: createRoutes(FileInterceptor('file')),
    hasUploads: true,
    create: async (root: object, trustsProxy = false): Promise<Application> => {
      const app = await NestFactory.create<NestExpressApplication>(root, new ExpressAdapter(), silentOptions);
      app.set('trust proxy', trustsProxy);
      return app;
    },
  },
  {
    name: 'Nest on Fastify',
    Routes: createRoutes((fastifyUploads?.FileInterceptor ?? FileInterceptor)('file')),
    hasUploads: fastifyUploads !== undefined,
    create: async (root: object, trustsProxy = false): Promise<Application> => {
      const adapter = new FastifyAdapter({ trustProxy: trustsProxy });
      const app = await NestFactory.create<NestFastifyApplication>(root, adapter, silentOptions);
      // By default Fastify reads a body before it calls the handler.
      adapter.getInstance().removeContentTypeParser('text/plain');
      adapter.getInstance().addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload));
      return app;
    },
  },
] as const;

async function serve(starting: Promise<Application>): Promise<RunningServer> {
  const app = await starting;
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer();
  return {
    // The address is a string only for a pipe, and null only for a server that is not listening.
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return app.close();
    },
  };
}

const secret = 'a secret of the tests, which is long enough';
const silentLog = { warn() {}, error() {} };

class ScopeController {
  scope(): string {
    return scopeJson();
  }

  signIn(): string {
    session().set('user', 'ada');
    return 'ok';
  }

  user(): unknown {
    return session().get('user');
  }
}
Controller()(ScopeController);
decorate(ScopeController, 'scope', [Get('scope')]);
decorate(ScopeController, 'signIn', [Get('sign-in')]);
decorate(ScopeController, 'user', [Get('user')]);

for (const { name, Routes, hasUploads, create } of platforms) {
  const start = async (options: RequestScopeOptions, usesModule = true) => {
    const root = createRootModule({
      imports: usesModule ? [RequestScopeModule.forRoot(options)] : [],
      controllers: [Routes, Detours, Mounted],
      providers: [scopeReaderProvider],
    });
    const app = await create(root);
    if (!usesModule) app.use(requestScope(options));
    app.use(detourMiddleware('a middleware'));
    app.use(checkpointMiddleware('after a middleware'));
    app.useGlobalGuards(recordingGuard);
    app.useGlobalInterceptors(recordingInterceptor);
    app.useGlobalFilters(new RecordingFilter(app.getHttpAdapter()));
    return app;
  };
  runBattery(
    name,
    (options) => serve(start(options)),
    hasUploads ? cases : cases.filter((one) => one !== 'a multipart upload'),
  );
  runBattery(`${name} without the module`, (options) => serve(start(options, false)), [
    'a step that returns control from elsewhere, two requests interleaved',
    'a step that returns control from elsewhere, 200 requests interleaved',
  ]);
  if (!hasUploads) it(`${name}: a multipart upload`, { skip: 'Nest 10 has no uploads on Fastify' }, () => {});

  describe(`requestScope() of ${name}`, () => {
    it('runs guards, interceptors and pipes in the scope', async () => {
      await withServer(serve(start({ trustRequestId: true })), async (server) => {
        const ids = Array.from({ length: 10 }, (_, index) => `${name}-${index}`.replaceAll(' ', '-'));
        await Promise.all(ids.map((id) => sendRequest(server, { path: '/plain', headers: { 'x-request-id': id } })));
        for (const id of ids)
          await assertOwnScope(server, id, ['guard', 'before the handler', 'pipe', 'after the handler']);
      });
    });

    it('runs the exception filters in the scope if the body cannot be parsed', async () => {
      await withServer(serve(start({ trustRequestId: true })), async (server) => {
        const id = `${name}-malformed`.replaceAll(' ', '-');
        const headers = { 'x-request-id': id, 'content-type': 'application/json' };
        const response = await sendRequest(
          server,
          { path: '/json', method: 'POST', headers },
          (body) => void body.end('{'),
        );
        assert.deepEqual([response.status, response.headers['x-request-id']], [400, id]);
        await assertOwnScope(server, id, ['error handler']);
      });
    });

    it('mounts the middleware of the module before those that app.use() mounts', async () => {
      const scopeIds: unknown[] = [];
      const starting = start({ trustRequestId: true }).then((app) =>
        app.use((_request: unknown, _response: unknown, next: () => void) => {
          scopeIds.push(tryGetRequestScope()?.id);
          next();
        }),
      );
      await withServer(serve(starting), async (server) => {
        await sendRequest(server, { path: '/scope', headers: { 'x-request-id': 'first' } });
        assert.deepEqual(scopeIds, ['first']);
      });
    });

    it('works as a middleware that app.use() mounts, without the module', async () => {
      const starting = create(createRootModule({ controllers: [ScopeController] })).then((app) =>
        app.use(requestScope({ trustRequestId: true })),
      );
      await withServer(serve(starting), async (server) => {
        const { headers, body } = await sendRequest(server, {
          path: '/scope?a',
          headers: { 'x-request-id': 'by-hand' },
        });
        assert.deepEqual(JSON.parse(body), { id: 'by-hand', method: 'GET', path: '/scope' });
        assert.equal(headers['x-request-id'], 'by-hand');
      });
    });

    it('accepts options that depend on the providers of other modules', async () => {
      class Settings {
        readonly trustRequestId = true;
      }
      class SettingsModule {}
      Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
      const scopeModule = RequestScopeModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async (settings: Settings) => ({ trustRequestId: settings.trustRequestId }),
      });
      await withServer(
        serve(create(createRootModule({ imports: [scopeModule], controllers: [ScopeController] }))),
        async (server) => {
          const { headers } = await sendRequest(server, { path: '/scope', headers: { 'x-request-id': 'async' } });
          assert.equal(headers['x-request-id'], 'async');
        },
      );
    });

    it('prevents the start of an application with an invalid option', async () => {
      assert.throws(() => RequestScopeModule.forRoot({ deadline: 0 }), { code: 'ERR_INVALID_OPTION' });
      assert.throws(() => requestScope({ deadline: 0 }), { code: 'ERR_INVALID_OPTION' });
      const scopeModule = RequestScopeModule.forRootAsync({ useFactory: () => ({ deadline: 0 }) });
      await assert.rejects(create(createRootModule({ imports: [scopeModule] })), { code: 'ERR_INVALID_OPTION' });
    });

    it('detects HTTPS with the proxy setting of the platform', async () => {
      for (const trustsProxy of [true, false]) {
        const scopeModule = RequestScopeModule.forRoot({
          session: sessions({ secret, store: new Map(), log: silentLog }),
        });
        const root = createRootModule({ imports: [scopeModule], controllers: [ScopeController] });
        await withServer(serve(create(root, trustsProxy)), async (server) => {
          const response = await sendRequest(server, { path: '/sign-in', headers: { 'x-forwarded-proto': 'https' } });
          assert.match(cookieOf(response), trustsProxy ? /^__Host-sid=/ : /^sid=/);
          assert.equal(/; Secure/.test(String(response.headers['set-cookie'])), trustsProxy);
        });
      }
    });

    it('passes the error of a session that cannot be loaded to the exception filters, in the scope', async () => {
      const errors: string[] = [];
      class Filter extends BaseExceptionFilter {
        override catch(error: { code?: string }, host: ArgumentsHost): void {
          errors.push(`${error.code} ${scopeJson()}`);
          super.catch(error, host);
        }
      }
      Catch()(Filter);
      const store = new BreakableStore();
      const scopeModule = RequestScopeModule.forRoot({
        trustRequestId: true,
        session: sessions({ secret, store, log: silentLog }),
      });
      const starting = create(createRootModule({ imports: [scopeModule], controllers: [ScopeController] })).then(
        (app) => app.useGlobalFilters(new Filter(app.getHttpAdapter())),
      );
      await withServer(serve(starting), async (server) => {
        const cookie = cookieOf(await sendRequest(server, { path: '/sign-in' }));
        assert.equal((await sendRequest(server, { path: '/user', headers: { cookie } })).body, 'ada');
        store.isBroken = true;
        const response = await sendRequest(server, { path: '/user', headers: { cookie, 'x-request-id': 'broken' } });
        assert.deepEqual([response.status, response.headers['x-request-id']], [503, 'broken']);
        assert.deepEqual(errors, ['ERR_SESSION_STORE {"id":"broken","method":"GET","path":"/user"}']);
      });
    });
  });
}

describe('RequestScopeModule', () => {
  it('finds the session of @fastify/session', async () => {
    const root = createRootModule({ imports: [RequestScopeModule.forRoot()], controllers: [ScopeController] });
    const starting = NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), silentOptions).then(
      async (app) => {
        await app.register(fastifyCookie);
        await app.register(fastifySession, { secret, cookie: { secure: false } });
        return app;
      },
    );
    await withServer(serve(starting), async (server) => {
      const cookie = cookieOf(await sendRequest(server, { path: '/sign-in' }));
      assert.match(cookie, /^sessionId=/);
      assert.equal((await sendRequest(server, { path: '/user', headers: { cookie } })).body, 'ada');
    });
  });

  it('mounts its middleware when it is configured, if the server is created after the module, as by @nestjs/testing', async () => {
    const host = new HttpAdapterHost();
    const scopes = new RequestScopeModule({ trustRequestId: true }, host);
    const adapter = new ExpressAdapter();
    host.httpAdapter = adapter;
    scopes.configure();
    scopes.configure();
    let calls = 0;
    adapter.use((_request: unknown, response: ServerResponse) => {
      calls++;
      response.end(scopeJson());
    });
    await withServer(listen(createServer(adapter.getInstance())), async (server) => {
      const { body } = await sendRequest(server, { path: '/', headers: { 'x-request-id': 'late' } });
      assert.deepEqual([JSON.parse(body).id, calls], ['late', 1]);
    });
  });

  it('does nothing in an application without a server', async () => {
    const root = createRootModule({ imports: [RequestScopeModule.forRoot()] });
    const context = await NestFactory.createApplicationContext(root, silentOptions);
    await context.close();
  });
});
