import type { AsyncLocalStorage } from 'throughline';
import { equal } from '../../assert.js';
import type { Chapter } from '../../case.js';
import { whileInPage } from './dom.js';

interface Observer {
  disconnect(): void;
}

export const observers: Chapter = {
  title: 'Web: observers',
  cases: [
    {
      name: 'The callback of a MutationObserver runs in the root',
      needs: ['MutationObserver', 'document'],
      run: ({ AsyncLocalStorage }) =>
        assertRunsInRoot(new AsyncLocalStorage<string>(), (box, callback) => {
          const observer = new MutationObserver(callback);
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
        assertRunsInRoot(new AsyncLocalStorage<string>(), (box, callback) => {
          const observer = new ResizeObserver(callback);
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
        assertRunsInRoot(new AsyncLocalStorage<string>(), (box, callback) => {
          const observer = new IntersectionObserver(callback);
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
        assertRunsInRoot(new AsyncLocalStorage<string>(), (_, callback) => {
          const observer = new PerformanceObserver(callback);
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
        // No action of a page causes a report in every browser. With `buffered` an earlier report is delivered as well.
        const Reporting = Reflect.get(globalThis, 'ReportingObserver') as {
          new (callback: () => void, options: object): Observer & { observe(): void };
        };
        let seen: unknown;
        const observer = storage.run(
          'creator',
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

/**
 * Asserts that the callback of an observer runs in the root, although flows create the observer, start the observation
 * and cause the observed change.
 */
function assertRunsInRoot(
  storage: AsyncLocalStorage<string>,
  create: (box: HTMLElement, callback: () => void) => { observer: Observer; observe(): void; cause(): void },
): Promise<void> {
  return whileInPage(document.createElement('div'), async (box) => {
    const seen = await new Promise((resolve) => {
      const { observer, observe, cause } = storage.run('creator', () =>
        create(box, () => {
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
