const user = /** @type {import('throughline').AsyncLocalStorage<string>} */ (new Throughline.AsyncLocalStorage());

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Shows a line of the log, for the user of the current flow. No function is passed the user.
 * @param {string} text
 */
function log(text) {
  const line = document.createElement('li');
  line.textContent = `${user.getStore()}: ${text}`;
  document.querySelector('ol')?.append(line);
}

/**
 * Orders an item for the user of the current flow.
 * @param {string} item
 */
async function order(item) {
  log(`${item} ordered`);
  await pause(500); // the other user clicks in the meantime
  log(`${item} packed`);
}

document.querySelector('#ada')?.addEventListener('click', () => user.run('Ada', () => order('book')));
document.querySelector('#bob')?.addEventListener('click', () => user.run('Bob', () => order('lamp')));
