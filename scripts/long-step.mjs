/**
 * Shows a long step of a command: what it does, how far it is, and how long it took. On a terminal this is one line that
 * is redrawn in place; in a file, a pipe or a build log it is plain lines. A step that takes less than a second prints
 * nothing that stays.
 */
const MAX_CELLS = 30;
const REDRAW_MS = 100;
const SHORT_STEP_MS = 1000;

const { stdout } = process;
const canRedraw = stdout.isTTY && process.env.TERM !== 'dumb';
const hasColors = stdout.isTTY && stdout.hasColors();
const style = (open, close) => (text) => (hasColors ? `\x1b[${open}m${text}\x1b[${close}m` : text);
const faint = style(2, 22);
const green = style(32, 39);

/**
 * Runs a step. It counts as failed if it throws or sets `process.exitCode`.
 *
 * @template T
 * @param {object} step
 * @param {string} step.doing what the step does: 'Compiling'
 * @param {() => string} step.done returns what it did: 'Compiled'
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
      const text = `${doing}${ending(completed)}`;
      // A line that is longer than the terminal is wide could not be redrawn.
      const cells = Math.max(0, Math.min(MAX_CELLS, (stdout.columns || 80) - text.length - 4));
      stdout.write(`\r  ${completed === undefined ? '' : `${bar(completed / total, cells)} `}${text}\x1b[K`);
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
  const ending = (completed) => (completed === undefined ? ' …' : `: ${completed} of ${total} ${unit}`);
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  let isDone = false;
  try {
    const result = await work();
    isDone = process.exitCode === undefined;
    return result;
  } finally {
    clearInterval(timer);
    if (canRedraw) stdout.write('\r\x1b[K');
    const took = performance.now() - started;
    if (took >= SHORT_STEP_MS && isDone) {
      stdout.write(`  ${done()} in ${(took / 1000).toFixed(1)} s.\n`);
    }
  }
}

function bar(share, cells) {
  const full = Math.round(share * cells);
  return green('━'.repeat(full)) + faint('─'.repeat(cells - full));
}
