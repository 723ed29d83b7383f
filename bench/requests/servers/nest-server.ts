/** Nest, whichever platform it stands on. Its decorators are called as functions: the compiler has another kind. */
import 'reflect-metadata';
import { Server, type ServerResponse } from 'node:http';
import { Body, Controller, type DynamicModule, Get, Headers, Module, Post, Res } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { RequestScopeModule } from '@throughline/request/nest';
import { ClsModule, ClsServiceManager } from 'nestjs-cls';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { type Context, type LightAnswer, lightByHand, lightIn, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, walk, watchEnd } from '../subjects/soak-checks.js';
import type { Variant } from '../subjects/variants.js';
import { TICKET_HEADER, USER_HEADER } from './server-contract.js';

type Light = (user: string) => Promise<LightAnswer>;

export async function serveNest(adapter: AbstractHttpAdapter, variant: Variant): Promise<Server> {
  const app = await NestFactory.create(rootModule(variant), adapter, { logger: ['error', 'warn'] });
  if (variant === 'soak') app.use(enterSoak);
  await app.listen(0, '127.0.0.1');
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new Error('expected a server of node:http');
  return server;
}

function rootModule(variant: Variant): object {
  class Root {}
  const controller = variant === 'soak' ? soakController() : lightController(lightOf(variant));
  Module({ imports: importsOf(variant), controllers: [controller] })(Root);
  return Root;
}

function importsOf(variant: Variant): DynamicModule[] {
  if (variant === 'bare') return [];
  if (variant !== 'peer') return [RequestScopeModule.forRoot(scopeOptions(variant))];
  return [ClsModule.forRoot({ middleware: { mount: true, generateId: true, idGenerator: newId } })];
}

function lightOf(variant: Variant): Light {
  if (variant === 'bare') return (user) => lightByHand(newId(), user);
  if (variant !== 'peer') return (user) => lightInScope(variant, user);
  const context = ClsServiceManager.getClsService<{ user: string }>();
  const peer: Context = { id: () => context.getId(), user: () => context.get('user') };
  return (user) => {
    context.set('user', user);
    return lightIn(peer, user);
  };
}

function lightController(work: Light): new () => object {
  class LightController {
    light(user: string): Promise<LightAnswer> {
      return work(user);
    }
  }
  const method = methodOf(LightController, 'light');
  Get('light')(...method);
  Headers(USER_HEADER)(LightController.prototype, 'light', 0);
  Controller()(LightController);
  return LightController;
}

function soakController(): new () => object {
  class SoakController {
    async soak(ticket: string, body: unknown, response: ServerResponse | { raw: ServerResponse }): Promise<void> {
      await walk(ticket, body);
      const answer = 'raw' in response ? response.raw : response;
      answer.writeHead(200, { 'content-type': 'application/json' });
      for await (const part of answerOf(ticket)) answer.write(part);
      answer.end();
    }
  }
  const method = methodOf(SoakController, 'soak');
  Post('soak')(...method);
  Headers(TICKET_HEADER)(SoakController.prototype, 'soak', 0);
  Body()(SoakController.prototype, 'soak', 1);
  Res()(SoakController.prototype, 'soak', 2);
  Controller()(SoakController);
  return SoakController;
}

/** What a decorator of a method is called with. */
function methodOf(owner: new () => object, name: string): [object, string, TypedPropertyDescriptor<unknown>] {
  const descriptor = Object.getOwnPropertyDescriptor(owner.prototype, name);
  if (descriptor === undefined) throw new Error(`${owner.name} has no ${name}`);
  return [owner.prototype, name, descriptor];
}

/** On both platforms a middleware is given what Node has. */
function enterSoak(
  request: { headers: NodeJS.Dict<string | string[]> },
  response: ServerResponse,
  next: () => void,
): void {
  const ticket = `${request.headers[TICKET_HEADER]}`;
  enter(ticket);
  watchEnd(response, ticket);
  next();
}
