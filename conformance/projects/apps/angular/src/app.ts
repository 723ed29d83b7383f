import { isPlatformServer } from '@angular/common';
import {
  afterNextRender,
  Component,
  inject,
  makeStateKey,
  PendingTasks,
  PLATFORM_ID,
  signal,
  TransferState,
} from '@angular/core';
import { flow, VERSION } from './flows.js';

const RENDERED = makeStateKey<string>('rendered');

@Component({
  selector: 'app-root',
  template: `
    <h1>Version {{ version }}</h1>
    <p>{{ rendered() }}</p>
    <button type="button" [disabled]="!isReady()" (click)="start()">Start a flow</button>
    <ul>
      @for (result of results(); track result) {
        <li>{{ result }}</li>
      }
    </ul>
  `,
})
export class App {
  readonly version = VERSION;
  readonly rendered = signal('');
  readonly isReady = signal(false);
  readonly results = signal<string[]>([]);

  constructor() {
    const state = inject(TransferState);
    this.rendered.set(state.get(RENDERED, ''));
    afterNextRender(() => this.isReady.set(true));
    if (!isPlatformServer(inject(PLATFORM_ID))) return;
    inject(PendingTasks).run(async () => {
      this.rendered.set(await flow('render'));
      state.set(RENDERED, this.rendered());
    });
  }

  async start() {
    const result = await flow('page', async (read: (step: string) => void) => {
      const response = await fetch('/api');
      read('fetch');
      const fetched = await response.text();
      read('body');
      const acted = await (await fetch('/api', { method: 'POST' })).text();
      read('action');
      this.results.update((all) => [...all, fetched, acted]);
    });
    this.results.update((all) => [...all, result]);
  }
}
