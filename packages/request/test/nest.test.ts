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
  Module,
  type NestInterceptor,
  Post,
  Query,
  Req,
  Res,
  Sse,
  StreamableFile,
  UploadedFile,
  UseInterceptors,
} from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter, FileInterceptor, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { FileInterceptor as FastifyFileInterceptor } from '@nestjs/platform-fastify/multipart';
import { type RequestScopeOptions, session, tryGetRequestScope } from '@throughline/request';
import { RequestScopeModule, requestScope } from '@throughline/request/nest';
import { sessions } from '@throughline/request/sessions';
import { from, map, tap } from 'rxjs';
import { assertOwn, type LossName } from './battery/cases.js';
import {
  chunks,
  endless,
  events,
  race,
  received,
  rejects,
  scopeText,
  steps,
  untilDeadline,
  watchSignal,
} from './battery/handlers.js';
import { noteEnd, readUpload, writeAll } from './battery/node-handlers.js';
import { noteFor, seenText } from './battery/recorded-reads.js';
import { testLosses } from './battery/run-battery.js';
import { ask } from './http/client.js';
import { listen, type RunningServer, withServer } from './http/server.js';
import { BreakableMap } from './sessions/breakable-store.js';

const names: LossName[] = [
  'a handler',
  'Promise.race with a timeout',
  'the path as sent',
  'a JSON body in several chunks',
  'a form in several chunks',
  'a multipart upload',
  'finish and close of the answer',
  'an error that is thrown',
  'an error after an await',
  "the framework's own error answer",
  'no such route',
  'a streamed answer that the client reads slowly',
  'drain of the answer',
  'server-sent events',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'close of an answer that nobody reads to its end',
  'many requests over one keep-alive socket',
  'pipelined requests',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
];

/** Node's own, on both platforms. */
type Raw<Own> = Own & { readonly raw?: Own };
type Request = Raw<IncomingMessage>;
type Response = Raw<ServerResponse>;

const rawOf = <Own>(own: Raw<Own>): Own => own.raw ?? own;
const noteOf = (request: Request) => noteFor(request.headers['x-request-id']);

/** A provider that takes its time to be made, and reads the scope of whoever asks. */
class Clerk {
  scopeId(): string | undefined {
    return tryGetRequestScope()?.id;
  }
}
const clerk = {
  provide: Clerk,
  useFactory: async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return new Clerk();
  },
};

const RequestId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request: Request = context.switchToHttp().getRequest();
  return request.headers['x-request-id'];
});

/** Reads in a pipe, whose value is the request's id. */
const notingPipe = {
  transform: async (id: string) => {
    await undefined;
    noteFor(id)('pipe');
    return id;
  },
};

const notingGuard = {
  canActivate: async (context: ExecutionContext) => {
    await undefined;
    noteOf(context.switchToHttp().getRequest())('guard');
    return true;
  },
};

const notingInterceptor: NestInterceptor = {
  intercept(context, next) {
    const note = noteOf(context.switchToHttp().getRequest());
    note('before the handler');
    return next.handle().pipe(tap(() => note('after the handler')));
  },
};

class NotingFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const request: Request = host.switchToHttp().getRequest();
    const response: Response = host.switchToHttp().getResponse();
    const isMissing = error instanceof HttpException && error.getStatus() === 404;
    noteOf(request)(isMissing ? 'not found' : 'error handler');
    const isOwn = error instanceof Error && ['thrown', 'rejected'].includes(error.message);
    if (isOwn) this.applicationRef?.reply(response, error.message, 500);
    else super.catch(error, host);
  }
}
Catch()(NotingFilter);

/** Applies to a method what would stand before it as decorators, and before its parameters. */
function decorate(
  type: { readonly prototype: object },
  name: string,
  decorators: readonly MethodDecorator[],
  ...parameters: readonly ParameterDecorator[]
): void {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  assert.ok(descriptor, `${name} is no method`);
  for (const decorator of decorators) decorator(type.prototype, name, descriptor);
  for (const [index, parameter] of parameters.entries()) parameter(type.prototype, name, index);
}

class Mounted {
  scope(): string {
    return scopeText();
  }
}
Controller('mounted')(Mounted);
decorate(Mounted, 'scope', [Get('scope')]);

/** The routes of the battery, for one of the platforms. */
function routesFor(fileInterceptor: ReturnType<typeof FileInterceptor>) {
  class Routes {
    readonly #clerk: Clerk;

    constructor(asked: Clerk) {
      this.#clerk = asked;
    }

    seen(id: string) {
      return seenText(id);
    }

    async plain(request: Request, id: string) {
      await steps(noteOf(request));
      assert.equal(this.#clerk.scopeId(), id);
      return 'ok';
    }

    async race(request: Request) {
      await race(noteOf(request));
      return 'ok';
    }

    scope() {
      return scopeText();
    }

    async body(request: Request, body: { text?: string }) {
      return received(noteOf(request), body.text);
    }

    async upload(request: Request, file: { buffer: Buffer }) {
      return received(noteOf(request), file.buffer.toString());
    }

    ended(request: Request, response: Response) {
      noteEnd(rawOf(response), noteOf(request));
      return 'ok';
    }

    throws() {
      throw new Error('thrown');
    }

    rejects(request: Request) {
      return rejects(noteOf(request));
    }

    unhandled() {
      throw new Error('unhandled');
    }

    stream(request: Request, response: Response) {
      return writeAll(rawOf(response), chunks(noteOf(request)), noteOf(request));
    }

    events(request: Request) {
      return from(events(noteOf(request))).pipe(map((event) => ({ data: event.replace(/^data: |\n/g, '') })));
    }

    endless(request: Request, response: Response) {
      const note = noteOf(request);
      noteEnd(rawOf(response), note);
      return new StreamableFile(Readable.from(endless(note), { objectMode: false }));
    }

    async unfinished(request: Request) {
      const note = noteOf(request);
      watchSignal(note);
      note('handler');
      await readUpload(rawOf(request), note);
    }

    deadline(request: Request) {
      return untilDeadline(noteOf(request));
    }
  }
  Controller()(Routes);
  Inject(Clerk)(Routes, undefined, 0);
  decorate(Routes, 'seen', [Get('seen')], Query('id'));
  decorate(Routes, 'plain', [Get('plain')], Req(), RequestId(notingPipe));
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

/** A root module as a class, which is what Nest takes. */
function rootModule(metadata: Parameters<typeof Module>[0]) {
  class Root {}
  Module(metadata)(Root);
  return Root;
}

type Application = NestExpressApplication | NestFastifyApplication;

const silent = { logger: false, abortOnError: false } as const;

const platforms = [
  {
    name: 'Nest on Express',
    Routes: routesFor(FileInterceptor('file')),
    create: async (root: object, trustsProxy = false): Promise<Application> => {
      const app = await NestFactory.create<NestExpressApplication>(root, new ExpressAdapter(), silent);
      app.set('trust proxy', trustsProxy);
      return app;
    },
  },
  {
    name: 'Nest on Fastify',
    Routes: routesFor(FastifyFileInterceptor('file')),
    create: async (root: object, trustsProxy = false): Promise<Application> => {
      const adapter = new FastifyAdapter({ trustProxy: trustsProxy });
      const app = await NestFactory.create<NestFastifyApplication>(root, adapter, silent);
      // Fastify reads a body before its handler is called, unless it is told not to.
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
    // It listens, and not on a pipe.
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return app.close();
    },
  };
}

const secret = 'a secret of the tests, which is long enough';
const quiet = { warn() {}, error() {} };

class Scope {
  scope(): string {
    return scopeText();
  }

  signIn(): string {
    session().set('user', 'ada');
    return 'ok';
  }

  user(): unknown {
    return session().get('user');
  }
}
Controller()(Scope);
decorate(Scope, 'scope', [Get('scope')]);
decorate(Scope, 'signIn', [Get('sign-in')]);
decorate(Scope, 'user', [Get('user')]);

const cookieOf = (headers: Readonly<Record<string, unknown>>) => String(headers['set-cookie']).split(';', 1)[0] ?? '';

for (const { name, Routes, create } of platforms) {
  const start = async (options: RequestScopeOptions) => {
    const root = rootModule({
      imports: [RequestScopeModule.forRoot(options)],
      controllers: [Routes, Mounted],
      providers: [clerk],
    });
    const app = await create(root);
    app.useGlobalGuards(notingGuard);
    app.useGlobalInterceptors(notingInterceptor);
    app.useGlobalFilters(new NotingFilter(app.getHttpAdapter()));
    return app;
  };
  testLosses(name, (options) => serve(start(options)), names);

  describe(name, () => {
    it('has guards, interceptors and pipes in the scope', async () => {
      await withServer(serve(start({ trustRequestId: true })), async (server) => {
        const ids = Array.from({ length: 10 }, (_, index) => `${name}-${index}`.replaceAll(' ', '-'));
        await Promise.all(ids.map((id) => ask(server, { path: '/plain', headers: { 'x-request-id': id } })));
        for (const id of ids) await assertOwn(server, id, ['guard', 'before the handler', 'pipe', 'after the handler']);
      });
    });

    it('refuses a body that cannot be parsed in the scope', async () => {
      await withServer(serve(start({ trustRequestId: true })), async (server) => {
        const id = `${name}-malformed`.replaceAll(' ', '-');
        const headers = { 'x-request-id': id, 'content-type': 'application/json' };
        const asked = await ask(server, { path: '/json', method: 'POST', headers }, (body) => void body.end('{'));
        assert.deepEqual([asked.status, asked.headers['x-request-id']], [400, id]);
        await assertOwn(server, id, ['error handler']);
      });
    });

    it('mounts its middleware before what main.ts mounts', async () => {
      const seen: unknown[] = [];
      const starting = start({ trustRequestId: true }).then((app) =>
        app.use((_request: unknown, _response: unknown, next: () => void) => {
          seen.push(tryGetRequestScope()?.id);
          next();
        }),
      );
      await withServer(serve(starting), async (server) => {
        await ask(server, { path: '/scope', headers: { 'x-request-id': 'first' } });
        assert.deepEqual(seen, ['first']);
      });
    });

    it('has a middleware to mount by hand', async () => {
      const starting = create(rootModule({ controllers: [Scope] })).then((app) =>
        app.use(requestScope({ trustRequestId: true })),
      );
      await withServer(serve(starting), async (server) => {
        const { headers, body } = await ask(server, { path: '/scope?a', headers: { 'x-request-id': 'by-hand' } });
        assert.deepEqual(JSON.parse(body), { id: 'by-hand', method: 'GET', path: '/scope' });
        assert.equal(headers['x-request-id'], 'by-hand');
      });
    });

    it('takes options that are made of what other modules provide', async () => {
      class Settings {
        readonly trusts = true;
      }
      class SettingsModule {}
      Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
      const scopes = RequestScopeModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async (settings: Settings) => ({ trustRequestId: settings.trusts }),
      });
      await withServer(serve(create(rootModule({ imports: [scopes], controllers: [Scope] }))), async (server) => {
        const { headers } = await ask(server, { path: '/scope', headers: { 'x-request-id': 'async' } });
        assert.equal(headers['x-request-id'], 'async');
      });
    });

    it('does not start with an option that is not what it must be', async () => {
      assert.throws(() => RequestScopeModule.forRoot({ deadline: 0 }), { code: 'ERR_INVALID_OPTION' });
      assert.throws(() => requestScope({ deadline: 0 }), { code: 'ERR_INVALID_OPTION' });
      const scopes = RequestScopeModule.forRootAsync({ useFactory: () => ({ deadline: 0 }) });
      await assert.rejects(create(rootModule({ imports: [scopes] })), { code: 'ERR_INVALID_OPTION' });
    });

    it('learns of https from the platform, which knows the proxies', async () => {
      for (const trustsProxy of [true, false]) {
        const scopes = RequestScopeModule.forRoot({ session: sessions({ secret, store: new Map(), log: quiet }) });
        const root = rootModule({ imports: [scopes], controllers: [Scope] });
        await withServer(serve(create(root, trustsProxy)), async (server) => {
          const { headers } = await ask(server, { path: '/sign-in', headers: { 'x-forwarded-proto': 'https' } });
          assert.match(cookieOf(headers), trustsProxy ? /^__Host-sid=/ : /^sid=/);
          assert.equal(/; Secure/.test(String(headers['set-cookie'])), trustsProxy);
        });
      }
    });

    it('hands a session that cannot be loaded to the exception filters, in the scope', async () => {
      const heard: string[] = [];
      class Filter extends BaseExceptionFilter {
        override catch(error: { code?: string }, host: ArgumentsHost): void {
          heard.push(`${error.code} ${scopeText()}`);
          super.catch(error, host);
        }
      }
      Catch()(Filter);
      const store = new BreakableMap();
      const scopes = RequestScopeModule.forRoot({
        trustRequestId: true,
        session: sessions({ secret, store, log: quiet }),
      });
      const starting = create(rootModule({ imports: [scopes], controllers: [Scope] })).then((app) =>
        app.useGlobalFilters(new Filter(app.getHttpAdapter())),
      );
      await withServer(serve(starting), async (server) => {
        const cookie = cookieOf((await ask(server, { path: '/sign-in' })).headers);
        assert.equal((await ask(server, { path: '/user', headers: { cookie } })).body, 'ada');
        store.isBroken = true;
        const asked = await ask(server, { path: '/user', headers: { cookie, 'x-request-id': 'broken' } });
        assert.deepEqual([asked.status, asked.headers['x-request-id']], [503, 'broken']);
        assert.deepEqual(heard, ['ERR_SESSION_STORE {"id":"broken","method":"GET","path":"/user"}']);
      });
    });
  });
}

describe('RequestScopeModule', () => {
  it('finds the session of @fastify/session', async () => {
    const root = rootModule({ imports: [RequestScopeModule.forRoot()], controllers: [Scope] });
    const starting = NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), silent).then(
      async (app) => {
        await app.register(fastifyCookie);
        await app.register(fastifySession, { secret, cookie: { secure: false } });
        return app;
      },
    );
    await withServer(serve(starting), async (server) => {
      const cookie = cookieOf((await ask(server, { path: '/sign-in' })).headers);
      assert.match(cookie, /^sessionId=/);
      assert.equal((await ask(server, { path: '/user', headers: { cookie } })).body, 'ada');
    });
  });

  it('mounts when it is configured where the server came after the module, as in a testing module', async () => {
    const host = new HttpAdapterHost();
    const scopes = new RequestScopeModule({ trustRequestId: true }, host);
    const adapter = new ExpressAdapter();
    host.httpAdapter = adapter;
    scopes.configure();
    scopes.configure();
    let mounted = 0;
    adapter.use((_request: unknown, response: ServerResponse) => {
      mounted++;
      response.end(scopeText());
    });
    await withServer(listen(createServer(adapter.getInstance())), async (server) => {
      const { body } = await ask(server, { path: '/', headers: { 'x-request-id': 'late' } });
      assert.deepEqual([JSON.parse(body).id, mounted], ['late', 1]);
    });
  });

  it('does no harm where there is no server', async () => {
    const root = rootModule({ imports: [RequestScopeModule.forRoot()] });
    const context = await NestFactory.createApplicationContext(root, silent);
    await context.close();
  });
});
