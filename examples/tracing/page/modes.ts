/** The three modes: the context manager of OpenTelemetry in each. */

export interface Mode {
  readonly name: 'none' | 'zone' | 'throughline';
  readonly title: string;
  readonly explanation: string;
}

export const modes: readonly Mode[] = [
  {
    name: 'none',
    title: 'No manager',
    explanation: 'OpenTelemetry knows no active span, so each span begins a trace of its own.',
  },
  {
    name: 'zone',
    title: 'zone.js',
    explanation:
      'The ZoneContextManager follows timers and promises, but no native await: whatever starts after an await has no parent.',
  },
  {
    name: 'throughline',
    title: 'Throughline',
    explanation:
      'The ThroughlineContextManager follows every await: each span has the span of its caller as its parent, whichever user clicks meanwhile.',
  },
];
