/// <reference lib="dom" />
/**
 * Angular 21 without zone.js, which is its default, with signals. The template is compiled in the page, by the compiler
 * that the import loads.
 */
import '@angular/compiler';
import { type ApplicationRef, Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import type { InFlow, PageApp } from './page-app.js';
import { BUTTONS, INITIAL_STATE, type Operation, reduce } from './page-state.js';

let inFlow: InFlow;
let application: ApplicationRef;

class App {
  readonly buttons = BUTTONS;
  readonly state = signal(INITIAL_STATE);

  dispatch(name: string, operation: Operation): void {
    inFlow(name, () => this.state.update((state) => reduce(state, operation)));
  }
}
// Without the syntax of decorators, whose compilation is an option of the compiler.
Component({
  selector: 'app-root',
  template: `
    @for (name of buttons; track name) { <button [id]="name" (click)="dispatch(name, name)">{{ name }}</button> }
    <table><tbody>
      @for (row of state().rows; track row.id) {
        <tr [class.danger]="row.id === state().selected">
          <td>{{ row.id }}</td>
          <td><a class="select" (click)="dispatch('select', { select: row.id })">{{ row.label }}</a></td>
          <td><a class="remove" (click)="dispatch('remove', { remove: row.id })">×</a></td>
        </tr>
      }
    </tbody></table>
  `,
})(App);

export const app: PageApp = {
  async mount(root, run) {
    inFlow = run;
    root.append(document.createElement('app-root'));
    application = await bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
  },
  settled: () => application.whenStable(),
};
