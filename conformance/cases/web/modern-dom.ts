import { equal } from '../../assert.js';
import type { Case, Chapter } from '../../case.js';
import { casesRequiring, globalMember } from '../../features.js';
import { delay, nextEvent, whileInPage } from './dom.js';
import { assertTaskKeepsFrame } from './task-events.js';

const insertionCases: readonly Case[] = [
  {
    name: 'The load listener of an element runs in the frame of its insertion at each position, and next to a child of a shadow root',
    needs: ['document'],
    async run(implementation) {
      const style = () => {
        const element = document.createElement('style');
        element.textContent = '.throughline { color: red }';
        return element;
      };
      const insertions: Record<string, (host: HTMLElement, element: HTMLElement) => void> = {
        beforebegin: (host, element) => void host.firstElementChild?.insertAdjacentElement('beforebegin', element),
        afterbegin: (host, element) => void host.insertAdjacentElement('afterbegin', element),
        BeforeEnd: (host, element) => void host.insertAdjacentElement('BeforeEnd' as 'beforeend', element),
        afterend: (host, element) => void host.firstElementChild?.insertAdjacentElement('afterend', element),
        'head of the page': (_, element) => void document.documentElement.insertAdjacentElement('beforeend', element),
        before: (host, element) => host.shadowRoot?.firstElementChild?.before(element),
        after: (host, element) => host.shadowRoot?.firstElementChild?.after(element),
        replaceWith: (host, element) => host.shadowRoot?.firstElementChild?.replaceWith(element),
      };
      for (const insert of Object.values(insertions)) {
        await assertTaskKeepsFrame(implementation, () => {
          const host = document.createElement('div');
          host.append(document.createElement('b'));
          host.attachShadow({ mode: 'open' }).append(document.createElement('b'));
          document.body.append(host);
          const target = style();
          return {
            target,
            start: () => insert(host, target),
            cleanUp() {
              target.remove();
              host.remove();
            },
          };
        }, ['load']);
      }
    },
  },
  {
    name: 'The load listener of an element runs in the frame of the call that creates it from markup at each position, also in a shadow root',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const markup = '<img src="/image.png?after=1">';
      const insertions: Record<string, (host: HTMLElement, shadow: ShadowRoot) => void> = {
        beforebegin: (host) => host.firstElementChild?.insertAdjacentHTML('beforebegin', markup),
        afterbegin: (host) => host.insertAdjacentHTML('afterbegin', markup),
        beforeend: (host) => host.insertAdjacentHTML('beforeend', markup),
        afterend: (host) => host.firstElementChild?.insertAdjacentHTML('afterend', markup),
        'beforebegin in a shadow root': (_, shadow) =>
          shadow.firstElementChild?.insertAdjacentHTML('beforebegin', markup),
        'outerHTML in a shadow root': (_, shadow) => {
          try {
            if (shadow.firstElementChild !== null) shadow.firstElementChild.outerHTML = markup;
          } catch {
            // WebKit does not permit this.
            shadow.firstElementChild?.insertAdjacentHTML('afterend', markup);
          }
        },
      };
      for (const [name, insert] of Object.entries(insertions)) {
        await whileInPage(document.createElement('div'), async (host) => {
          const shadow = host.attachShadow({ mode: 'open' });
          for (const parent of [host, shadow]) parent.append(document.createElement('b'));
          storage.run('flow', () => insert(host, shadow));
          const image = host.querySelector('img') ?? shadow.querySelector('img');
          if (image === null) throw new Error(`${name} has not created the image`);
          const seen = await new Promise((resolve) =>
            image.addEventListener('load', () => resolve(storage.getStore())),
          );
          equal(seen, 'flow', name);
        });
      }
    },
  },
  {
    name: 'The listeners of an element run in the frame of the call that sets or removes a node of an attribute, or an attribute of a namespace',
    needs: ['document'],
    async run(implementation) {
      const node = (name: string, value: string) => {
        const attribute = document.createAttribute(name);
        attribute.value = value;
        return attribute;
      };
      const setters: ((image: HTMLImageElement) => void)[] = [
        (image) => void image.setAttributeNode(node('src', '/image.png')),
        (image) => void image.setAttributeNodeNS(node('src', '/image.png')),
        (image) => image.setAttributeNS(null, 'src', '/image.png'),
        (image) => image.setAttribute('SRC', '/image.png'),
      ];
      for (const set of setters) {
        await assertTaskKeepsFrame(implementation, () => {
          const target = new Image();
          return { target, start: () => set(target) };
        }, ['load']);
      }
      const removers: ((details: HTMLDetailsElement) => void)[] = [
        (details) => details.removeAttributeNS(null, 'open'),
        (details) => void details.removeAttributeNode(details.getAttributeNode('open') as Attr),
        (details) => details.removeAttribute('OPEN'),
      ];
      for (const remove of removers) {
        await assertTaskKeepsFrame(implementation, async () => {
          const target = document.createElement('details');
          target.open = true;
          document.body.append(target);
          await delay(20);
          return { target, start: () => remove(target), cleanUp: () => target.remove() };
        }, ['toggle']);
      }
    },
  },
];

const toggleCases: readonly Case[] = [
  {
    name: 'The toggle listener of a popover that is a dialog, or is in a shadow root, runs in the frame of the call, and in the root if another popover hides it',
    needs: ['document', 'ToggleEvent'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seenBy = (target: EventTarget) =>
        new Promise((resolve) => {
          target.addEventListener('toggle', () => resolve(storage.getStore()), { once: true });
        });
      const popover = (name: string, parent: Node = document.body) => {
        const element = document.createElement(name);
        element.popover = 'auto';
        parent.appendChild(element);
        return element;
      };
      const dialog = popover('dialog');
      const host = document.createElement('div');
      document.body.append(host);
      const inShadow = popover('div', host.attachShadow({ mode: 'open' }));
      try {
        for (const element of [dialog, inShadow]) {
          storage.run('opener', () => element.showPopover());
          equal(await seenBy(element), 'opener', element.localName);
          storage.run('closer', () => element.togglePopover());
          equal(await seenBy(element), 'closer', element.localName);
        }
        const other = popover('div');
        storage.run('opener', () => dialog.showPopover());
        await seenBy(dialog);
        const seen = Promise.all([seenBy(dialog), seenBy(other)]);
        storage.run('other', () => other.showPopover());
        equal(await seen, [undefined, 'other']);
        other.remove();
      } finally {
        dialog.remove();
        host.remove();
      }
    },
  },
  {
    name: 'The toggle and close listeners of a dialog whose form closes it run in the root',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      await whileInPage(document.createElement('dialog'), async (dialog) => {
        dialog.innerHTML = '<form method="dialog"><button>';
        storage.run('opener', () => dialog.show());
        await delay(20);
        const seen: string[] = [];
        for (const type of ['beforetoggle', 'toggle', 'close']) {
          dialog.addEventListener(type, () => seen.push(`${type} in ${storage.getStore()}`));
        }
        storage.run('submitter', () => dialog.querySelector('form')?.requestSubmit());
        await nextEvent(dialog, 'close');
        await delay(20);
        // Not every browser fires beforetoggle and toggle on a dialog.
        const expected = ['beforetoggle in submitter', 'close in undefined', 'toggle in undefined'];
        equal(seen.sort(), seen.length > 1 ? expected : ['close in undefined']);
      });
    },
  },
];

const commandCases: readonly Case[] = [
  {
    name: 'The command and beforetoggle listeners run in the frame of the click() call on the button, and the toggle listener of what the command opens in the root',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      await whileInPage(document.createElement('div'), async (box) => {
        box.innerHTML =
          '<button command="show-popover" commandfor="throughline-popover"></button><div popover id="throughline-popover">';
        const popover = box.lastElementChild as HTMLElement;
        const seen: string[] = [];
        for (const type of ['command', 'beforetoggle', 'toggle']) {
          popover.addEventListener(type, () => seen.push(`${type} in ${storage.getStore()}`));
        }
        storage.run('clicker', () => box.querySelector('button')?.click());
        await nextEvent(popover, 'toggle');
        equal(seen, ['command in clicker', 'beforetoggle in clicker', 'toggle in undefined']);
      });
    },
  },
];

const closeWatcherCases: readonly Case[] = [
  {
    name: 'The cancel and close listeners of a CloseWatcher run in the frame of the requestClose() call',
    needs: ['document'],
    run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const { CloseWatcher } = globalThis as unknown as {
        CloseWatcher: new () => EventTarget & { requestClose(): void };
      };
      const watcher = storage.run('creator', () => new CloseWatcher());
      const seen: string[] = [];
      for (const type of ['cancel', 'close']) {
        watcher.addEventListener(type, () => seen.push(`${type} in ${storage.getStore()}`));
      }
      storage.run('closer', () => watcher.requestClose());
      // Without an activation by the user, a browser fires no cancel.
      equal(
        seen.filter((event) => !event.startsWith('cancel')),
        ['close in closer'],
      );
      equal(seen.includes('cancel in undefined'), false);
    },
  },
];

interface ObservableLike {
  map(fn: (value: unknown) => unknown): ObservableLike;
  subscribe(next: (value: unknown) => void, options?: { signal: AbortSignal }): void;
  first(): Promise<unknown>;
}

const observableCases: readonly Case[] = [
  {
    name: 'The subscribers of an observable of events run in the frame of a synchronous dispatch, and otherwise in the root',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const when = (target: EventTarget, type: string, options?: object): ObservableLike =>
        Reflect.get(target, 'when').call(target, type, options);
      const image = new Image();
      const seen: string[] = [];
      const record = (name: string) => seen.push(`${name} in ${storage.getStore()}`);
      const controller = new AbortController();
      storage.run('subscriber', () => {
        when(image, 'load')
          .map((event) => {
            record('map');
            return event;
          })
          .subscribe(() => record('next'), controller);
        when(image, 'click', { capture: true }).subscribe(() => record('click'), controller);
      });
      const first = storage.run('first', async () => {
        await when(image, 'load').first();
        record('first');
      });
      storage.run('flow', () => {
        image.src = '/image.png';
      });
      await first;
      storage.run('clicker', () => image.click());
      controller.abort();
      image.src = '/image.png';
      await nextEvent(image, 'load');
      equal(seen, ['map in undefined', 'next in undefined', 'first in first', 'click in clicker']);
    },
  },
];

const moveCases: readonly Case[] = [
  {
    name: 'connectedMoveCallback() of a custom element runs in the frame of the moveBefore() call, which starts no task of a frame that it moves',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      let seen: string | undefined;
      customElements.define(
        `throughline-moved-${++definitions}`,
        class extends HTMLElement {
          connectedMoveCallback() {
            seen = storage.getStore();
          }
        },
      );
      await whileInPage(document.createElement('div'), async (box) => {
        const moved = document.createElement(`throughline-moved-${definitions}`);
        const frame = document.createElement('iframe');
        box.append(frame, moved);
        await delay(20);
        storage.run('mover', () => {
          for (const element of [moved, frame]) Reflect.get(box, 'moveBefore').call(box, element, null);
        });
        equal(seen, 'mover');
        const loaded = new Promise((resolve) => {
          frame.onload = () => resolve(storage.getStore());
        });
        Reflect.get(frame.contentWindow ?? {}, 'eval')(`setTimeout(() => location.replace('/frame.html'))`);
        equal(await loaded, undefined);
      });
    },
  },
];

let definitions = 0;

const policyCases: readonly Case[] = [
  {
    name: 'The callback of a Trusted Types policy runs in the frame of the call, and its result can be assigned in a flow',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      let seen: string | undefined;
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: {
          createPolicy(name: string, rules: object): { createHTML(text: string): string };
        };
      };
      const policy = storage.run('creator', () =>
        trustedTypes.createPolicy(`throughline-${++definitions}`, {
          createHTML(text: string) {
            seen = storage.getStore();
            return text;
          },
        }),
      );
      const box = document.createElement('div');
      await storage.run('flow', async () => {
        box.innerHTML = policy.createHTML('<img src="/image.png">');
        equal(seen, 'flow');
        const image = box.querySelector('img') as HTMLImageElement;
        equal(
          await new Promise((resolve) => {
            image.onload = () => resolve(storage.getStore());
          }),
          'flow',
        );
      });
    },
  },
];

const parseCases: readonly Case[] = [
  {
    name: 'Elements of a document from parseHTMLUnsafe() start their task when they are inserted into the page',
    needs: ['document'],
    async run(implementation) {
      await assertTaskKeepsFrame(implementation, () => {
        const parse = Reflect.get(Document, 'parseHTMLUnsafe').bind(Document) as (text: string) => Document;
        const target = parse('<style>.throughline { color: red }</style>').querySelector('style') as HTMLStyleElement;
        return { target, start: () => document.body.append(target), cleanUp: () => target.remove() };
      }, ['load']);
    },
  },
];

export const modernDom: Chapter = {
  title: 'Web: insertions, popovers, commands and observables',
  cases: [
    ...insertionCases,
    ...toggleCases,
    ...casesRequiring(globalMember('CommandEvent'), commandCases),
    ...casesRequiring(globalMember('CloseWatcher'), closeWatcherCases),
    ...casesRequiring(globalMember('EventTarget.prototype.when'), observableCases),
    ...casesRequiring(globalMember('Element.prototype.moveBefore'), moveCases),
    ...casesRequiring(globalMember('trustedTypes.createPolicy'), policyCases),
    ...casesRequiring(globalMember('Document.parseHTMLUnsafe'), parseCases),
  ],
};
