/** Nest on Express with sessions, uploads and all databases. Its decorators are called as functions. */
import 'reflect-metadata';
import { Controller, Module, Post, Req, UploadedFile, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FileInterceptor } from '@nestjs/platform-express';
import session from 'express-session';
import { newRequest, requests, work } from './services.mjs';
import { sessionStore } from './session-store.mjs';

class Store extends session.Store {
  get = sessionStore.get;
  set = sessionStore.set;
  destroy = sessionStore.destroy;
}

class Files {
  async add(req, file) {
    const { id } = requests.getStore();
    req.session.visits = (req.session.visits ?? 0) + 1;
    const result = await work(file.size);
    return { ...result, visits: req.session.visits, isSame: requests.getStore().id === id };
  }
}
const { prototype } = Files;
const add = Object.getOwnPropertyDescriptor(prototype, 'add');
Post()(prototype, 'add', add);
UseInterceptors(FileInterceptor('file'))(prototype, 'add', add);
Req()(prototype, 'add', 0);
UploadedFile()(prototype, 'add', 1);
Controller()(Files);

class App {}
Module({ controllers: [Files] })(App);

const app = await NestFactory.create(App, { logger: false });
app.use((_, __, next) => requests.run(newRequest(), next));
app.use(session({ secret: 's', resave: false, saveUninitialized: true, store: new Store() }));
await app.listen(0, '127.0.0.1');
process.send(app.getHttpServer().address().port);
