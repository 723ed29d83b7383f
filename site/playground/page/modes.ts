/** The modes in which a program runs. */
import type { ProgramMode } from '../compile/compile-program.js';

export interface Mode {
  readonly name: ProgramMode;
  readonly title: string;
  readonly explanation: string;
}

export const modes: readonly Mode[] = [
  {
    name: 'transform',
    title: 'Transform',
    explanation: 'As with the plugin of a bundler: each await is transformed, and the code after it runs in its flow.',
  },
  {
    name: 'interception',
    title: 'Interception',
    explanation:
      'As without a build step: Throughline intercepts each native await of a promise. Code after an await of anything else runs in no flow.',
  },
  {
    name: 'global',
    title: 'Plain global',
    explanation:
      'Without Throughline: one variable takes the place of each storage, and every reader gets its last value.',
  },
];
