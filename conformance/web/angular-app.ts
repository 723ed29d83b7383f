/// <reference lib="dom" />
/**
 * An Angular application with zone.js. Each flow clicks a button of its own, and the handler reads the value of the flow
 * in what an application does: services, HTTP requests, RxJS, zones and timers.
 */
import '@angular/compiler';
import { HttpClient, provideHttpClient } from '@angular/common/http';
import { Component, effect, inject, NgZone, provideZoneChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { delay, firstValueFrom, of, Subject, switchMap, timer } from 'rxjs';
import { AsyncLocalStorage } from 'throughline';
import { countReadings, type Readings } from './readings.js';

const FLOW_COUNT = 20;

export async function readAngularFlows(): Promise<Readings> {
  const storage = new AsyncLocalStorage<number>();
  const { readings, check } = countReadings(storage);
  const ends: Promise<void>[] = [];
  let effectCount = 0;
  const shared = new Subject<number>();

  class App {
    readonly ids = Array.from({ length: FLOW_COUNT }, (_, id) => id);
    readonly last = signal(-1);
    readonly count = signal(0);
    readonly #http = inject(HttpClient);
    readonly #zone = inject(NgZone);

    constructor() {
      // All flows share the queue of effects. It is emptied in the root, or during a call by a flow: what an effect reads
      // is not checked.
      effect(() => {
        this.last();
        effectCount++;
      });
    }

    click(id: number): void {
      check('a click handler', id);
      ends.push(this.work(id).finally(() => check('finally', id)));
    }

    async work(id: number): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, id % 4));
      check('await of a timer', id);
      this.last.set(id);
      await firstValueFrom(this.#http.get('/text.txt', { responseType: 'text' }));
      check('await of HttpClient', id);
      this.count.update((count) => count + 1);
      await firstValueFrom(timer(id % 3).pipe(switchMap(() => of(id).pipe(delay(1)))));
      check('await of an observable', id);
      await new Promise<void>((resolve) => {
        this.#http.get('/text.txt', { responseType: 'text' }).subscribe(() => {
          check('a subscription to HttpClient', id);
          resolve();
        });
      });
      await this.#zone.runOutsideAngular(async () => {
        await Promise.resolve();
        check('await outside of Angular', id);
        requestAnimationFrame(() => check('requestAnimationFrame()', id));
      });
      await this.#zone.run(() => Promise.resolve().then(() => check('then in NgZone.run()', id)));
      try {
        await Promise.reject(new Error('A rejection'));
      } catch {
        check('catch', id);
      }
      const next = firstValueFrom(shared);
      queueMicrotask(() => shared.next(id));
      await next;
      check('await of a shared subject', id);
      await Promise.all([this.nested(id), this.nested(id)]);
      check('await of all', id);
    }

    async nested(id: number): Promise<void> {
      for (let step = 0; step < 3; step++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        check('await in a loop', id);
      }
    }
  }
  // Without the syntax of decorators, whose compilation is an option of the compiler.
  Component({
    selector: 'app-root',
    template: `@for (id of ids; track id) { <button (click)="click(id)">{{ id }} {{ count() }}</button> }`,
  })(App);

  document.body.append(document.createElement('app-root'));
  await bootstrapApplication(App, { providers: [provideZoneChangeDetection(), provideHttpClient()] });
  const buttons = [...document.querySelectorAll('button')];
  for (const [id, button] of buttons.entries()) storage.run(id, () => button.click());
  check('the root', undefined);
  await Promise.all(ends);
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (effectCount < 2 || buttons.length !== FLOW_COUNT || ends.length !== FLOW_COUNT) {
    throw new Error('The application did not start');
  }
  return readings;
}
