// expects: late entry, missing, line 16
/** A guard of Nest enters the user after it has looked up the token. */
import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const users = new AsyncLocalStorage();
class AuthGuard {
  async canActivate(context) {
    const { headers } = context.switchToHttp().getRequest();
    await wait(1);
    const user = { name: headers.authorization };
    if (user.name === undefined) return false;
    users.enterWith(user);
    return true;
  }
}
class Greetings {
  async greet() {
    await wait(1);
    return `Hello ${users.getStore()?.name}`;
  }
}
const { prototype } = Greetings;
Get()(prototype, 'greet', Object.getOwnPropertyDescriptor(prototype, 'greet'));
UseGuards(AuthGuard)(Greetings);
Controller()(Greetings);
class App {}
Module({ controllers: [Greetings] })(App);
const app = await NestFactory.create(App, { logger: false });
await app.listen(0, '127.0.0.1');
const url = `http://127.0.0.1:${app.getHttpServer().address().port}/`;
await Promise.all(['ada', 'alan'].map((authorization) => fetch(url, { headers: { authorization } })));
app.getHttpServer().closeAllConnections();
await app.close();
