/** The three ways in which the flows keep the user. */

export interface Mode {
  readonly name: 'global' | 'interception' | 'transform';
  readonly title: string;
  readonly explanation: string;
}

export const modes: readonly Mode[] = [
  {
    name: 'global',
    title: 'A plain global',
    explanation: 'One variable holds the user: whoever clicked last is what everybody reads.',
  },
  {
    name: 'interception',
    title: 'Interception',
    explanation:
      'No build step: promises, timers, events and requests are followed, and each native await of a promise is seen.',
  },
  {
    name: 'transform',
    title: 'The transform',
    explanation:
      'One line in vite.config.ts: each await puts its own user back, whatever it waits for. None is intercepted.',
  },
];
