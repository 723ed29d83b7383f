/** The three modes: what stores the user while the flows run. */

export interface Mode {
  readonly name: 'global' | 'interception' | 'transform';
  readonly title: string;
  readonly explanation: string;
}

export const modes: readonly Mode[] = [
  {
    name: 'global',
    title: 'Plain global',
    explanation: 'One variable holds the user, so every step reads whichever user clicked last.',
  },
  {
    name: 'interception',
    title: 'Interception',
    explanation:
      'No build step: Throughline patches promises, timers, events and requests, and detects each native await of a promise.',
  },
  {
    name: 'transform',
    title: 'Transform',
    explanation:
      'One line in vite.config.ts: the code after each await reads its own user, regardless of what was awaited. No await is intercepted.',
  },
];
