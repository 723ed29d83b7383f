/** How long waits are recorded: while a page is open, for a minute after the flows were printed, or always. */
import { startRecordingWaits, stopRecordingWaits } from './record-waits.js';

/** Milliseconds for which waits are recorded after the flows were printed. */
const AFTER_DUMP = 60_000;

let holders = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Records waits until the returned function is called.
 * @returns a function that does something only once
 */
export function holdRecording(): () => void {
  holders++;
  startRecordingWaits();
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders--;
    if (holders === 0) stopRecordingWaits();
  };
}

let release: (() => void) | undefined;

/** Records waits for a minute from now on. */
export function holdRecordingForAMinute(): void {
  release ??= holdRecording();
  clearTimeout(timer);
  timer = setTimeout(() => {
    release?.();
    release = undefined;
  }, AFTER_DUMP).unref();
}
