import { equal } from '../../assert.js';
import type { Chapter, Implementation } from '../../case.js';
import { runInFlowOrRoot } from '../../concurrent-flows.js';
import { AbsentFeatureError } from '../../features.js';
import { delay, nextEvent, whileInPage } from './dom.js';
import { assertTaskKeepsFrame, type Task } from './task-events.js';

/** Returns the URL of an image that is not in the cache of the browser. */
const uncachedImage = () => `/image.png?${++imageCount}`;
let imageCount = 0;

/**
 * Holds the scripts that are removed from the page while they load. WebKit collects such a script, with its listeners,
 * unless something else refers to it.
 */
const removedScripts: Element[] = [];

export const elements: Chapter = {
  title: 'Web: elements that load, open and close',
  cases: [
    {
      name: 'The load and error listeners of an image run in the frame of the assignment to its src or srcset',
      needs: ['document'],
      async run(implementation) {
        const assignments: [string, (image: HTMLImageElement) => void][] = [
          [
            'load',
            (image) => {
              image.src = uncachedImage();
            },
          ],
          ['load', (image) => image.setAttribute('src', uncachedImage())],
          ['load', (image) => image.setAttribute('srcset', uncachedImage())],
          [
            'error',
            (image) => {
              image.src = '/missing';
            },
          ],
        ];
        for (const [type, assign] of assignments) {
          await assertTaskKeepsFrame(implementation, () => {
            const target = new Image();
            return { target, start: () => assign(target) };
          }, [type]);
        }
      },
    },
    {
      name: 'The load listener of an image runs in the frame of the call that creates it from markup, or that copies it',
      needs: ['document'],
      async run(implementation) {
        const { AsyncLocalStorage } = implementation;
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const wait = async (label: string, image: Element | null | undefined) => {
          if (!image) throw new Error(`no image in ${label}`);
          await new Promise<void>((resolve) => {
            image.addEventListener('load', () => {
              seen.push(`${label} in ${storage.getStore()}`);
              resolve();
            });
          });
        };
        const markup = () => `<p>text<img src="${uncachedImage()}"></p>`;
        await whileInPage(document.createElement('div'), async (box) => {
          storage.run('innerHTML', () => {
            box.innerHTML = markup();
          });
          await wait('innerHTML', box.querySelector('img'));
          storage.run('insertAdjacentHTML', () => box.insertAdjacentHTML('beforeend', markup()));
          await wait('insertAdjacentHTML', [...box.querySelectorAll('img')].at(-1));
          const copy = storage.run('cloneNode', () => box.cloneNode(true) as Element);
          await wait('cloneNode', copy.querySelector('img'));
          const template = document.createElement('template');
          template.innerHTML = markup();
          const imported = storage.run('importNode', () => document.importNode(template.content, true));
          await wait('importNode', imported.querySelector('img'));
          box.innerHTML = markup();
          await wait('none', box.querySelector('img'));
        });
        equal(seen, [
          'innerHTML in innerHTML',
          'insertAdjacentHTML in insertAdjacentHTML',
          'cloneNode in cloneNode',
          'importNode in importNode',
          'none in undefined',
        ]);
      },
    },
    {
      name: 'The load listener of an image runs in the frame of the assignment to src, not of the insertion into the page',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const image = new Image();
        const seen = new Promise((resolve) => {
          image.onload = () => resolve(storage.getStore());
        });
        storage.run('loader', () => {
          image.src = uncachedImage();
        });
        await storage.run('other', () => whileInPage(image, () => seen));
        equal(await seen, 'loader');
      },
    },
    {
      name: 'The load listener of an image that loads repeatedly runs in the frame of each assignment',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const image = new Image();
        const load = async () => {
          const seen = new Promise((resolve) => {
            image.onload = () => resolve(storage.getStore());
          });
          image.src = uncachedImage();
          return seen;
        };
        equal(await storage.run('first', load), 'first');
        equal(await load(), undefined);
        equal(await storage.run('second', load), 'second');
      },
    },
    {
      name: 'The load listener of an image whose src is replaced while it loads runs in the frame of the second assignment',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const set = (image: HTMLImageElement) => () => {
          image.src = `${uncachedImage()}&after=20`;
        };
        for (const second of ['second', undefined]) {
          const image = new Image();
          const seen: (string | undefined)[] = [];
          image.onload = () => seen.push(storage.getStore());
          storage.run('first', set(image));
          await delay(1);
          runInFlowOrRoot(storage, second, set(image));
          await nextEvent(image, 'load');
          await delay(30);
          equal(seen, [second]);
        }
      },
    },
    {
      name: 'Awaiting decode() of an image keeps the frame',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const image = new Image();
        image.src = uncachedImage();
        const seen = await storage.run('flow', async () => {
          await image.decode();
          return storage.getStore();
        });
        equal(seen, 'flow');
      },
    },
    {
      name: 'The load listener of an image in a picture runs in the frame in which a source is inserted before it',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await whileInPage(document.createElement('picture'), async (box) => {
          const image = new Image();
          image.src = uncachedImage();
          box.append(image);
          await nextEvent(image, 'load');
          const seen = new Promise((resolve) => {
            image.onload = () => resolve(storage.getStore());
          });
          const source = document.createElement('source');
          source.srcset = uncachedImage();
          storage.run('flow', () => image.before(source));
          equal(await seen, 'flow');
        });
      },
    },
    {
      name: 'The load listener of an image button runs in the frame of the assignment to src',
      needs: ['document'],
      run: (implementation) =>
        assertTaskKeepsFrame(implementation, () => {
          const target = document.createElement('input');
          target.type = 'image';
          document.body.append(target);
          return {
            target,
            start() {
              target.src = uncachedImage();
            },
            cleanUp: () => target.remove(),
          };
        }, ['load']),
    },
    {
      name: 'The load listeners of an SVG image and of a text track run in the frame of the assignment',
      needs: ['document'],
      async run(implementation) {
        const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        const video = document.createElement('video');
        const text = URL.createObjectURL(new Blob(['WEBVTT\n'], { type: 'text/vtt' }));
        await whileInPage(drawing, () =>
          assertTaskKeepsFrame(implementation, () => {
            const target = document.createElementNS('http://www.w3.org/2000/svg', 'image');
            drawing.append(target);
            return { target, start: () => target.setAttribute('href', uncachedImage()) };
          }, ['load']),
        );
        await whileInPage(video, () =>
          assertTaskKeepsFrame(implementation, () => {
            const target = document.createElement('track');
            video.append(target);
            target.track.mode = 'hidden';
            return {
              target,
              start() {
                target.src = text;
              },
            };
          }, ['load']),
        );
        URL.revokeObjectURL(text);
      },
    },
    {
      name: 'The load and error listeners of a script run in the frame of its insertion into the page',
      needs: ['document'],
      async run(implementation) {
        await assertInsertionKeepsFrame(implementation, () => {
          const script = document.createElement('script');
          script.src = '/script.js';
          return script;
        });
        await assertInsertionKeepsFrame(
          implementation,
          () => {
            const script = document.createElement('script');
            script.src = '/missing';
            return script;
          },
          'error',
        );
      },
    },
    {
      name: 'The load listener of a script runs in the frame of its insertion, with each insertion method and in a fragment',
      needs: ['document'],
      async run(implementation) {
        const insertions: ((box: Element, script: Element) => void)[] = [
          (box, script) => {
            const fragment = document.createDocumentFragment();
            fragment.append(script);
            box.append(fragment);
          },
          (box, script) => box.before(script),
          (box, script) => box.insertBefore(script, null),
          (box, script) => box.replaceChildren(script),
          (box, script) => box.insertAdjacentElement('beforeend', script),
        ];
        const box = document.createElement('div');
        await whileInPage(box, async () => {
          for (const insert of insertions) {
            await assertTaskKeepsFrame(implementation, () => {
              const target = document.createElement('script');
              removedScripts.push(target);
              target.src = '/script.js';
              return { target, start: () => insert(box, target), cleanUp: () => target.remove() };
            }, ['load']);
          }
        });
      },
    },
    {
      name: 'A module script runs in the root, and its load listener in the frame of its insertion',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: unknown[] = [];
        Reflect.set(globalThis, 'throughlineModule', () => seen.push(storage.getStore()));
        const script = document.createElement('script');
        script.type = 'module';
        script.src = URL.createObjectURL(new Blob(['throughlineModule()'], { type: 'text/javascript' }));
        script.addEventListener('load', () => seen.push(storage.getStore()));
        storage.run('flow', () => document.head.append(script));
        await nextEvent(script, 'load');
        script.remove();
        URL.revokeObjectURL(script.src);
        Reflect.deleteProperty(globalThis, 'throughlineModule');
        equal(seen, [undefined, 'flow']);
      },
    },
    {
      name: 'A classic script runs in the frame of its insertion if it is inline, and in the root if it is loaded',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: unknown[] = [];
        Reflect.set(globalThis, 'throughlineScript', () => seen.push(storage.getStore()));
        const text = document.createElement('script');
        text.text = 'throughlineScript()';
        const loaded = document.createElement('script');
        loaded.src = URL.createObjectURL(new Blob(['throughlineScript()'], { type: 'text/javascript' }));
        storage.run('flow', () => document.head.append(text, loaded));
        await nextEvent(loaded, 'load');
        text.remove();
        loaded.remove();
        URL.revokeObjectURL(loaded.src);
        Reflect.deleteProperty(globalThis, 'throughlineScript');
        equal(seen, ['flow', undefined]);
      },
    },
    {
      name: 'The load and error listeners of a style sheet link run in the frame of its insertion or of the assignment to href',
      needs: ['document'],
      async run(implementation) {
        const link = (href: string) => () => {
          const element = document.createElement('link');
          element.rel = 'stylesheet';
          element.href = href;
          return element;
        };
        await assertInsertionKeepsFrame(implementation, link('/style.css'));
        await assertInsertionKeepsFrame(implementation, link('/missing'), 'error');
        await assertTaskKeepsFrame(implementation, async () => {
          const target = link('/style.css')();
          document.head.append(target);
          await nextEvent(target, 'load');
          return {
            target,
            start() {
              target.href = '/style.css?2';
            },
            cleanUp: () => target.remove(),
          };
        }, ['load']);
      },
    },
    {
      name: 'The load listener of a link whose href is replaced while it loads runs in the frame of the second assignment',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const link = document.createElement('link');
        link.rel = 'stylesheet';
        document.head.append(link);
        const seen: (string | undefined)[] = [];
        link.onload = () => seen.push(storage.getStore());
        storage.run('first', () => {
          link.href = '/style.css?after=1';
        });
        storage.run('second', () => {
          link.href = '/style.css?after=20';
        });
        await nextEvent(link, 'load');
        await delay(40);
        link.remove();
        equal(seen, ['second']);
      },
    },
    {
      name: 'The load listener of a style element runs in the frame of its insertion or of the change of its text',
      needs: ['document'],
      async run(implementation) {
        const style = (text: string) => {
          const element = document.createElement('style');
          element.textContent = text;
          return element;
        };
        await assertInsertionKeepsFrame(implementation, () => style('.a { color: red }'));
        await assertTaskKeepsFrame(implementation, async () => {
          const target = style('.a { color: red }');
          const ready = nextEvent(target, 'load');
          document.head.append(target);
          await ready;
          return {
            target,
            start() {
              target.textContent = '.b { color: red }';
            },
            cleanUp: () => target.remove(),
          };
        }, ['load']);
      },
    },
    {
      name: 'The load listener of an iframe runs in the frame of its insertion or of the assignment to src, and in the root after its own navigation',
      needs: ['document'],
      async run(implementation) {
        await assertInsertionKeepsFrame(implementation, () => {
          const frame = document.createElement('iframe');
          frame.src = '/frame.html';
          return frame;
        });
        await assertInsertionKeepsFrame(implementation, () => {
          const frame = document.createElement('iframe');
          frame.srcdoc = 'text';
          return frame;
        });
        const storage = new implementation.AsyncLocalStorage<string>();
        const frame = document.createElement('iframe');
        const seen: (string | undefined)[] = [];
        frame.onload = () => seen.push(storage.getStore());
        frame.src = '/frame.html';
        await whileInPage(frame, async () => {
          await nextEvent(frame, 'load');
          storage.run('flow', () => {
            frame.src = '/frame.html?2';
          });
          await nextEvent(frame, 'load');
          navigateFromInside(frame, '/frame.html?3');
          await nextEvent(frame, 'load');
        });
        equal(seen, [undefined, 'flow', undefined]);
      },
    },
    {
      name: 'The load listener of an empty iframe runs in the frame of its insertion, and in the root after its own navigation',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const frame = document.createElement('iframe');
        const seen: (string | undefined)[] = [];
        const loaded = nextEvent(frame, 'load');
        frame.onload = () => seen.push(storage.getStore());
        storage.run('flow', () => document.body.append(frame));
        await loaded;
        navigateFromInside(frame, '/frame.html?4');
        await nextEvent(frame, 'load');
        frame.remove();
        equal(seen, ['flow', undefined]);
      },
    },
    {
      name: 'The load listeners of object and embed run in the frame of their insertion',
      needs: ['document'],
      async run(implementation) {
        await assertInsertionKeepsFrame(implementation, () => {
          const element = document.createElement('object');
          element.data = '/image.png';
          return element;
        });
        await assertInsertionKeepsFrame(implementation, () => {
          const element = document.createElement('embed');
          element.src = '/frame.html';
          return element;
        });
      },
    },
    {
      name: 'A capturing load listener on an ancestor runs in the frame of the load',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const box = document.createElement('div');
        const seen: string[] = [];
        const record = (event: Event) => {
          if ((event.target as Element | null)?.localName === 'img') {
            seen.push(`${(event.target as Element).id} in ${storage.getStore()}`);
          }
        };
        document.addEventListener('load', record, true);
        await whileInPage(box, async () => {
          const images = ['a', 'b', undefined].map((value) => {
            const image = new Image();
            image.id = String(value);
            box.append(image);
            const set = () => {
              image.src = uncachedImage();
            };
            runInFlowOrRoot(storage, value, set);
            return nextEvent(image, 'load');
          });
          await Promise.all(images);
        });
        document.removeEventListener('load', record, true);
        equal(seen.sort(), ['a in a', 'b in b', 'undefined in undefined']);
      },
    },
    {
      name: 'The toggle and close listeners of details, popovers and dialogs run in the frame of the call or assignment',
      needs: ['document', 'ToggleEvent'],
      async run(implementation) {
        const inBody = <E extends HTMLElement>(name: string, start: (element: E) => void, before = (_: E) => {}) => {
          return async (): Promise<Task> => {
            // The element name determines the class.
            const target = document.createElement(name) as unknown as E;
            target.popover = name === 'div' ? 'manual' : null;
            document.body.append(target);
            before(target);
            await delay(20);
            return { target, start: () => start(target), cleanUp: () => target.remove() };
          };
        };
        const toggle = ['toggle'];
        await assertTaskKeepsFrame(
          implementation,
          inBody<HTMLDetailsElement>('details', (details) => {
            details.open = true;
          }),
          toggle,
        );
        await assertTaskKeepsFrame(
          implementation,
          inBody<HTMLDetailsElement>('details', (details) => details.setAttribute('open', '')),
          toggle,
        );
        await assertTaskKeepsFrame(
          implementation,
          inBody<HTMLElement>('div', (popover) => popover.showPopover()),
          toggle,
        );
        await assertTaskKeepsFrame(
          implementation,
          inBody<HTMLElement>('div', (popover) => void popover.togglePopover()),
          toggle,
        );
        await assertTaskKeepsFrame(
          implementation,
          inBody<HTMLDialogElement>(
            'dialog',
            (dialog) => dialog.close(),
            (dialog) => dialog.show(),
          ),
          ['close'],
        );
      },
    },
    {
      name: 'The beforetoggle, toggle and close listeners of a dialog run in the frame of the call that opens or closes it',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        await whileInPage(document.createElement('dialog'), async (dialog) => {
          const record = ({ type }: Event) => seen.push(`${type} in ${storage.getStore()}`);
          dialog.addEventListener('beforetoggle', record);
          dialog.addEventListener('toggle', record);
          dialog.addEventListener('close', record);
          storage.run('opener', () => dialog.showModal());
          await delay(20);
          storage.run('closer', () => dialog.close());
          await nextEvent(dialog, 'close');
          await delay(20);
          storage.run('opener', () => dialog.show());
          await delay(20);
          dialog.close();
          await nextEvent(dialog, 'close');
          await delay(20);
        });
        const expected = ['opener', 'closer', 'opener', undefined].flatMap((value, index) => [
          `beforetoggle in ${value}`,
          `toggle in ${value}`,
          ...(index % 2 === 1 ? [`close in ${value}`] : []),
        ]);
        // Not every browser fires beforetoggle and toggle on a dialog.
        const supported = expected.filter((event) => seen.some((other) => other.split(' ')[0] === event.split(' ')[0]));
        equal(seen.sort(), supported.sort());
      },
    },
    {
      name: 'The toggle listener of an element toggled repeatedly runs in the frame of the last change',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await whileInPage(document.createElement('details'), async (details) => {
          const seen: (string | undefined)[] = [];
          details.addEventListener('toggle', () => seen.push(storage.getStore()));
          const set = (open: boolean) => () => {
            details.open = open;
          };
          storage.run('first', set(true));
          storage.run('second', set(false));
          storage.run('third', set(true));
          // No change, and so no task. The frame of this assignment must not be used for a later event.
          storage.run('fourth', set(true));
          await delay(20);
          set(false)();
          await delay(20);
          equal(seen, ['third', undefined]);
        });
      },
    },
    {
      name: 'The fullscreenchange and fullscreenerror listeners run in the frame of the requestFullscreen() call',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        if (typeof document.body.requestFullscreen !== 'function') throw new AbsentFeatureError('no fullscreen');
        await whileInPage(document.createElement('div'), async (box) => {
          const seen = new Promise((resolve) => {
            for (const type of ['fullscreenchange', 'fullscreenerror']) {
              document.addEventListener(type, () => resolve(storage.getStore()), { once: true });
            }
          });
          const entered = storage.run('flow', () =>
            box.requestFullscreen().then(
              () => true,
              () => false,
            ),
          );
          equal(await seen, 'flow');
          if (await entered) {
            const left = new Promise((resolve) => {
              document.addEventListener('fullscreenchange', () => resolve(storage.getStore()), { once: true });
            });
            await storage.run('leaver', () => document.exitFullscreen());
            equal(await left, undefined, 'the value when fullscreen ends');
          }
        });
      },
    },
  ],
};

/** Asserts that an element that loads when it is inserted into the page fires `type` in the frame of the insertion. */
function assertInsertionKeepsFrame(
  implementation: Pick<Implementation, 'AsyncLocalStorage'>,
  create: () => Element,
  type = 'load',
): Promise<void> {
  return assertTaskKeepsFrame(implementation, () => {
    const target = create();
    return { target, start: () => document.body.appendChild(target), cleanUp: () => target.remove() };
  }, [type]);
}

/** Navigates a frame from its own code, as a click on a link in its page does. */
function navigateFromInside(frame: HTMLIFrameElement, url: string): void {
  Reflect.get(frame.contentWindow ?? {}, 'eval')(`setTimeout(() => location.replace('${url}'))`);
}
