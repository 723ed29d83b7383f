/**
 * Shows a long step of a command: what it does, how far it is, and how long it took. On a terminal this is one line that
 * is redrawn in place; in a file, a pipe or a build log it is plain lines. A step that takes less than a second prints
 * nothing that stays.
 */
const CELLS = 30;
const REDRAW_MS = 100;
const SHORT_STEP_MS = 1000;

const { stdout } = process;
const canRedraw = stdout.isTTY && process.env.TERM !== 'dumb';
const hasColors = stdout.isTTY && stdout.hasColors();
const style = (open, close) => (text) => (hasColors ? `\x1b[${open}m${text}\x1b[${close}m` : text);
const faint = style(2, 22);
const green = style(32, 39);

/**
 * @template T
 * @param {object} step
 * @param {string} step.doing what the step does: 'Compiling'
 * @param {string} step.done what it did: 'Compiled'
 * @param {string} [step.unit] what is counted: 'packages'
 * @param {number} [step.total] how many units there are
 * @param {() => number} [step.count] returns how many units are done
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function longStep({ doing, done, unit, total, count }, work) {
  const started = performance.now();
  let quarter = 0;
  let isAnnounced = false;
  const draw = () => {
    const completed = count === undefined ? undefined : Math.min(count(), total);
    if (canRedraw) {
      stdout.write(
        `\r  ${completed === undefined ? '' : `${bar(completed / total)} `}${doing}${ending(completed)}\x1b[K`,
      );
      return;
    }
    const isLong = performance.now() - started >= SHORT_STEP_MS;
    if (!isAnnounced && isLong) {
      isAnnounced = true;
      stdout.write(`  ${doing} …\n`);
    }
    const reached = completed === undefined ? 0 : Math.floor((4 * completed) / total);
    if (isAnnounced && reached > quarter && reached < 4) stdout.write(`  ${25 * reached}%${ending(completed)}\n`);
    quarter = Math.max(quarter, reached);
  };
  const ending = (completed) => (completed === undefined ? ' …' : faint(`: ${completed} of ${total} ${unit}`));
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (canRedraw) stdout.write('\r\x1b[K');
    const took = performance.now() - started;
    if (took >= SHORT_STEP_MS && process.exitCode === undefined) {
      stdout.write(`  ${done} in ${(took / 1000).toFixed(1)} s.\n`);
    }
  }
}

function bar(share) {
  const full = Math.round(share * CELLS);
  return green('━'.repeat(full)) + faint('─'.repeat(CELLS - full));
}
