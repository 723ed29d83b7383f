/** How long waits are recorded: always, or while a page is open and for a minute afterwards. */
import { callInScope } from '../runtime/current-scope.js';
import { clearTimeout, setTimeout } from '../runtime/real-time.js';
import { startRecordingWaits, stopRecordingWaits } from './record-waits.js';

/** Milliseconds for which waits are recorded after the flows were last looked at: the page may be opened again. */
const AFTERWARDS = 60_000;

let holders = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Records waits until the returned function is called, and for a minute afterwards.
 * @returns a function that does something only once
 */
export function holdRecording(): () => void {
  holders++;
  clearTimeout(timer);
  startRecordingWaits();
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders--;
    if (holders > 0) return;
    // The timer belongs to no flow.
    timer = callInScope(undefined, () => setTimeout(stopRecordingWaits, AFTERWARDS).unref());
  };
}
