import type { AsyncLocalStorage } from 'throughline';
import { equal } from '../../assert.js';
import type { Case, Chapter } from '../../case.js';
import { casesRequiring, globalMember } from '../../features.js';
import { delay, whileInPage } from './dom.js';

/** Parts of the Navigation API, which the types of the compiler do not have in every version. */
interface NavigateEventLike {
  intercept(options: {
    handler?(): unknown;
    precommitHandler?(controller: { addHandler?(handler: () => unknown): void }): unknown;
  }): void;
}

interface NavigationLike extends EventTarget {
  navigate(url: string, options?: { history: string }): NavigationResultLike;
  back(): NavigationResultLike;
  readonly transition: { readonly finished: Promise<void> } | null;
}

interface NavigationResultLike {
  readonly committed: Promise<unknown>;
  readonly finished: Promise<unknown>;
}

type Record = (name: string) => void;

/** Calls `step` while `intercept` is called with each event `navigate`, and returns what both have recorded. */
async function recordNavigation(
  storage: AsyncLocalStorage<string>,
  intercept: (event: NavigateEventLike, record: Record) => void,
  step: (navigation: NavigationLike, record: Record) => Promise<void>,
): Promise<string[]> {
  const navigation = Reflect.get(globalThis, 'navigation') as NavigationLike;
  const seen: string[] = [];
  const record: Record = (name) => seen.push(`${name} in ${storage.getStore()}`);
  const listener = (event: Event) => {
    record('navigate');
    intercept(event as unknown as NavigateEventLike, record);
  };
  navigation.addEventListener('navigate', listener);
  try {
    await step(navigation, record);
  } finally {
    navigation.removeEventListener('navigate', listener);
  }
  return seen;
}

const navigationCases: readonly Case[] = [
  {
    name: 'The navigate listener runs in the frame of the navigate() call, the handler in that of intercept(), and awaiting the navigation keeps the frame',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen = await recordNavigation(
        storage,
        (event, record) => {
          const handler = async () => {
            record('handler');
            await delay(1);
            record('end of the handler');
          };
          storage.run('interceptor', () => event.intercept({ handler }));
        },
        (navigation, record) =>
          storage.run('flow', async () => {
            const { committed, finished } = navigation.navigate('#throughline', { history: 'replace' });
            const transition = navigation.transition?.finished;
            await committed;
            record('committed');
            await finished;
            record('finished');
            await transition;
            record('end of the transition');
          }),
      );
      equal(seen, [
        'navigate in flow',
        'handler in interceptor',
        'committed in flow',
        'end of the handler in interceptor',
        'finished in flow',
        'end of the transition in flow',
      ]);
    },
  },
  {
    name: 'The navigate listener of back() runs in the root, and awaiting back() keeps the frame',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen = await recordNavigation(
        storage,
        () => {},
        async (navigation, record) => {
          await navigation.navigate('#throughline-back').finished;
          await storage.run('flow', async () => {
            await navigation.back().finished;
            record('finished');
          });
        },
      );
      equal(seen, ['navigate in undefined', 'navigate in undefined', 'finished in flow']);
    },
  },
];

const precommitCases: readonly Case[] = [
  {
    name: 'The handlers of a navigation with a precommitHandler run in the frame of the intercept() call, or of addHandler()',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen = await recordNavigation(
        storage,
        (event, record) =>
          storage.run('interceptor', () =>
            event.intercept({
              async precommitHandler(controller) {
                record('precommitHandler');
                await delay(1);
                record('end of the precommitHandler');
                storage.run('adder', () => controller.addHandler?.(async () => record('added handler')));
              },
              handler: async () => record('handler'),
            }),
          ),
        (navigation, record) =>
          storage.run('flow', async () => {
            await navigation.navigate('#throughline', { history: 'replace' }).finished;
            record('finished');
          }),
      );
      equal(
        seen.filter((event) => !event.startsWith('added')),
        [
          'navigate in flow',
          'precommitHandler in interceptor',
          'end of the precommitHandler in interceptor',
          'handler in interceptor',
          'finished in flow',
        ],
      );
      if ('addHandler' in Reflect.get(globalThis, 'NavigationPrecommitController').prototype) {
        equal(seen.includes('added handler in adder'), true, seen.join());
      }
    },
  },
];

const transitionCases: readonly Case[] = [
  {
    name: 'The update callback in the options of startViewTransition() runs in the frame of the call',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      const record = (name: string) => seen.push(`${name} in ${storage.getStore()}`);
      await storage.run('flow', async () => {
        const update = () => void record('update');
        const transition = document.startViewTransition({ update, types: ['throughline'] } as never);
        transition.ready.catch(() => {});
        await transition.updateCallbackDone;
        record('after the update');
        transition.skipTransition();
        await transition.finished;
        record('finished');
      });
      equal(seen, ['update in flow', 'after the update in flow', 'finished in flow']);
    },
  },
];

const elementTransitionCases: readonly Case[] = [
  {
    name: 'The update callback of startViewTransition() of an element runs in the frame of the call',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      await whileInPage(document.createElement('div'), async (box) => {
        box.style.contain = 'layout';
        let seen: string | undefined;
        await storage.run('flow', async () => {
          const transition = Reflect.get(box, 'startViewTransition').call(box, () => {
            seen = storage.getStore();
          });
          transition.ready.catch(() => {});
          await transition.updateCallbackDone;
          equal(storage.getStore(), 'flow', 'the value after the callback');
          transition.skipTransition();
        });
        equal(seen, 'flow');
      });
    },
  },
];

export const navigation: Chapter = {
  title: 'Web: navigation and transitions',
  cases: [
    ...casesRequiring(globalMember('navigation.navigate'), navigationCases),
    ...casesRequiring(globalMember('NavigationPrecommitController'), precommitCases),
    ...casesRequiring(globalMember('ViewTransitionTypeSet'), transitionCases),
    ...casesRequiring(globalMember('Element.prototype.startViewTransition'), elementTransitionCases),
  ],
};
