/**
 * Nest, on either platform. Its decorators are called as functions, because Nest uses TypeScript's legacy decorators
 * and this workspace compiles standard ones.
 */
import 'reflect-metadata';
import { Server, type ServerResponse } from 'node:http';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type DynamicModule,
  Get,
  Headers,
  InternalServerErrorException,
  Module,
  Post,
  Res,
} from '@nestjs/common';
import { type AbstractHttpAdapter, BaseExceptionFilter, NestFactory } from '@nestjs/core';
import { RequestScopeModule } from '@throughline/request/nest';
import { ClsModule, ClsServiceManager } from 'nestjs-cls';
import { lookUpInScope, scopeOptionsFor } from '../subjects/lookup-in-scope.js';
import {
  type LookupResult,
  lookUpInContext,
  lookUpWithArguments,
  nextRequestId,
  type RequestContext,
} from '../subjects/lookup-route.js';
import { callBackFromLoop } from '../subjects/shared-loop.js';
import {
  checkErrorHandler,
  checkResponseEvents,
  enterSoakRequest,
  runSoakSteps,
  soakResponseParts,
} from '../subjects/soak-checks.js';
import type { Variant } from '../subjects/variants.js';
import { SOAK_KEY_HEADER, USER_HEADER } from './server-contract.js';

type Lookup = (user: string) => Promise<LookupResult>;

export async function startNestServer(adapter: AbstractHttpAdapter, variant: Variant): Promise<Server> {
  const app = await NestFactory.create(rootModule(variant), adapter, { logger: ['error', 'warn'] });
  if (variant === 'soak') {
    app.use(enterSoakMiddleware);
    app.useGlobalFilters(new SoakFilter(app.getHttpAdapter()));
  }
  await app.listen(0, '127.0.0.1');
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new Error('Expected a server of node:http.');
  return server;
}

function rootModule(variant: Variant): object {
  class Root {}
  const controller = variant === 'soak' ? soakController() : lookupController(lookupIn(variant));
  Module({ imports: modulesFor(variant), controllers: [controller] })(Root);
  return Root;
}

function modulesFor(variant: Variant): DynamicModule[] {
  if (variant === 'bare') return [];
  if (variant !== 'peer') return [RequestScopeModule.forRoot(scopeOptionsFor(variant))];
  return [ClsModule.forRoot({ middleware: { mount: true, generateId: true, idGenerator: nextRequestId } })];
}

function lookupIn(variant: Variant): Lookup {
  if (variant === 'bare') return (user) => lookUpWithArguments(nextRequestId(), user);
  if (variant !== 'peer') return (user) => lookUpInScope(variant, user);
  const context = ClsServiceManager.getClsService<{ user: string }>();
  const peer: RequestContext = { id: () => context.getId(), user: () => context.get('user') };
  return (user) => {
    context.set('user', user);
    return lookUpInContext(peer, user);
  };
}

function lookupController(work: Lookup): new () => object {
  class LookupController {
    lookup(user: string): Promise<LookupResult> {
      return work(user);
    }
  }
  const method = methodArguments(LookupController, 'lookup');
  Get('lookup')(...method);
  Headers(USER_HEADER)(LookupController.prototype, 'lookup', 0);
  Controller()(LookupController);
  return LookupController;
}

function soakController(): new () => object {
  class SoakController {
    async soak(key: string, body: unknown, response: ServerResponse | { raw: ServerResponse }): Promise<void> {
      await runSoakSteps(key, body);
      const nodeResponse = 'raw' in response ? response.raw : response;
      nodeResponse.writeHead(200, { 'content-type': 'application/json' });
      for await (const part of soakResponseParts(key)) nodeResponse.write(part);
      nodeResponse.end();
    }
  }
  const method = methodArguments(SoakController, 'soak');
  Post('soak')(...method);
  Headers(SOAK_KEY_HEADER)(SoakController.prototype, 'soak', 0);
  Body()(SoakController.prototype, 'soak', 1);
  Res()(SoakController.prototype, 'soak', 2);
  Controller()(SoakController);
  return SoakController;
}

/** The arguments with which a decorator of a method is called. */
function methodArguments(
  controller: new () => object,
  name: string,
): [object, string, TypedPropertyDescriptor<unknown>] {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, name);
  if (descriptor === undefined) throw new Error(`The class ${controller.name} has no method ${name}.`);
  return [controller.prototype, name, descriptor];
}

/** On both platforms, a middleware receives Node's own request and response. */
function enterSoakMiddleware(
  request: { headers: NodeJS.Dict<string | string[]> },
  response: ServerResponse,
  next: () => void,
): void {
  const key = `${request.headers[SOAK_KEY_HEADER]}`;
  enterSoakRequest(key);
  checkResponseEvents(response, key);
  callBackFromLoop(() => next());
}

/** Checks the scope where Nest handles an error, and responds as Nest does, but without logging the error. */
class SoakFilter extends BaseExceptionFilter {
  override catch(_error: unknown, host: ArgumentsHost): void {
    const request: { headers: NodeJS.Dict<string | string[]> } = host.switchToHttp().getRequest();
    checkErrorHandler(`${request.headers[SOAK_KEY_HEADER]}`);
    super.catch(new InternalServerErrorException(), host);
  }
}
Catch()(SoakFilter);
