/**
 * The timers and the clock of the runtime. A test may replace the global ones with fakes, which would count and run the
 * timers of the doctor, and report time that has not passed.
 */
export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis;

/** What `performance.now()` returns, in milliseconds. */
export const currentTime: () => number = performance.now.bind(performance);
