import type { Chapter } from '../../case.js';
import { equal } from '../../expect.js';
import { inPage } from './tasks.js';

interface Observer {
  disconnect(): void;
}

export const webObservers: Chapter = {
  title: 'Web: observers',
  cases: [
    {
      name: 'The callback of a MutationObserver runs in the root',
      needs: ['MutationObserver', 'document'],
      run: ({ AsyncLocalStorage }) =>
        told(new AsyncLocalStorage<string>(), (box, tell) => {
          const observer = new MutationObserver(tell);
          return {
            observer,
            observe: () => observer.observe(box, { attributes: true }),
            cause: () => box.setAttribute('title', 'text'),
          };
        }),
    },
    {
      name: 'The callback of a ResizeObserver runs in the root',
      needs: ['ResizeObserver', 'document'],
      run: ({ AsyncLocalStorage }) =>
        told(new AsyncLocalStorage<string>(), (box, tell) => {
          const observer = new ResizeObserver(tell);
          return {
            observer,
            observe: () => observer.observe(box),
            cause: () => {
              box.style.height = '50px';
            },
          };
        }),
    },
    {
      name: 'The callback of an IntersectionObserver runs in the root',
      needs: ['IntersectionObserver', 'document'],
      run: ({ AsyncLocalStorage }) =>
        told(new AsyncLocalStorage<string>(), (box, tell) => {
          const observer = new IntersectionObserver(tell);
          return {
            observer,
            observe: () => observer.observe(box),
            cause: () => {
              box.style.height = '50px';
            },
          };
        }),
    },
    {
      name: 'The callback of a PerformanceObserver in a page runs in the root',
      needs: ['PerformanceObserver', 'document'],
      run: ({ AsyncLocalStorage }) =>
        told(new AsyncLocalStorage<string>(), (_, tell) => {
          const observer = new PerformanceObserver(tell);
          return {
            observer,
            observe: () => observer.observe({ entryTypes: ['mark'] }),
            cause: () => void performance.mark('throughline'),
          };
        }),
    },
    {
      name: 'The callback of a ReportingObserver runs in the root',
      needs: ['ReportingObserver', 'document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        // Nothing that a page may do makes a report in every browser, and a report from before will do.
        const Reporting = Reflect.get(globalThis, 'ReportingObserver') as {
          new (callback: () => void, options: object): Observer & { observe(): void };
        };
        let seen: unknown;
        const observer = storage.run(
          'maker',
          () =>
            new Reporting(
              () => {
                seen = storage.getStore();
              },
              { buffered: true },
            ),
        );
        storage.run('observe', () => observer.observe());
        await new Promise((resolve) => setTimeout(resolve, 20));
        observer.disconnect();
        equal(seen, undefined);
      },
    },
  ],
};

/** Throws unless the observer is told at the root, whoever made it, began to observe and caused what it observes. */
function told(
  storage: {
    run<T>(value: string, fn: () => T): T;
    getStore(): string | undefined;
  },
  make: (box: HTMLElement, tell: () => void) => { observer: Observer; observe(): void; cause(): void },
): Promise<void> {
  return inPage(document.createElement('div'), async (box) => {
    const seen = await new Promise((resolve) => {
      const { observer, observe, cause } = storage.run('maker', () =>
        make(box, () => {
          observer.disconnect();
          resolve(storage.getStore());
        }),
      );
      storage.run('observe', observe);
      storage.run('cause', cause);
    });
    equal(seen, undefined);
  });
}
