/** The live page. It shows the snapshots that the server streams, and the log lines of the order that is selected. */
const NO_RESPONSE =
  'The server does not respond. Check that npm run example:orders is running. This page reconnects by itself.';

const element = (id) => document.getElementById(id);
const STEPS = element('lanes').closest('table').rows[1].cells.length - 1;

let orders = [];
/** The number of the selected order. It stays selected after the order has left the table. */
let selected;

element('order').addEventListener('submit', (event) => {
  event.preventDefault();
  void sendOrder(element('customer').value.trim());
});
element('many').addEventListener('click', () => void post('/orders?many', (response) => response.text()));

const events = new EventSource('/events');
events.onmessage = ({ data }) => show(JSON.parse(data));
events.onopen = () => showProblem('');
events.onerror = () => showProblem(NO_RESPONSE);

async function sendOrder(customer) {
  const body = JSON.stringify({ customer, item: 'lamp' });
  await post(
    '/orders',
    async (response) => {
      const { number } = await response.json();
      selected = number;
      showWay();
      return `Order ${number} is on its way.`;
    },
    body,
  );
}

/** Sends a request, and shows what `read` makes of its response. */
async function post(path, read, body = null) {
  try {
    const response = await fetch(path, { method: 'POST', body });
    if (response.ok) setStatus(await read(response));
    else setStatus(await response.text(), true);
  } catch {
    showProblem(NO_RESPONSE);
  }
}

/** Shows that the page is out of date, and why; an empty text means that it is up to date again. */
function showProblem(text) {
  document.querySelector('.lanes').classList.toggle('stale', text !== '');
  if (text !== '' || element('status').className === 'bad') setStatus(text, text !== '');
}

function setStatus(text, isProblem = false) {
  element('status').textContent = text;
  element('status').className = isProblem ? 'bad' : '';
}

/** Shows a snapshot of the server. Each is complete. */
function show(snapshot) {
  for (const name of ['orders', 'lines', 'wrong', 'missing']) {
    const count = name === 'orders' ? snapshot.count : snapshot[name];
    element(name).textContent = count.toLocaleString('en');
  }
  for (const name of ['wrong', 'missing']) element(name).className = snapshot[name] === 0 ? 'good' : 'bad';
  orders = snapshot.orders;
  element('idle').hidden = orders.length > 0;
  selected ??= orders[0]?.number;
  showLanes();
  showWay();
}

/** Rows are reused, so that the focus stays where it is and only a new box is animated. */
function showLanes() {
  const rows = new Map([...element('lanes').rows].map((row) => [Number(row.dataset.order), row]));
  const shown = orders.map((order) => {
    const row = rows.get(order.number) ?? createLane(order);
    rows.delete(order.number);
    showLane(row, order);
    return row;
  });
  for (const row of rows.values()) row.remove();
  for (const [index, row] of shown.entries()) {
    const current = element('lanes').rows[index];
    if (current !== row) element('lanes').insertBefore(row, current ?? null);
  }
}

function createLane({ number, customer }) {
  const row = document.createElement('tr');
  row.dataset.order = number;
  row.style.setProperty('--hue', hueOf(number));
  const heading = document.createElement('th');
  heading.scope = 'row';
  const button = document.createElement('button');
  button.type = 'button';
  const numberPart = document.createElement('span');
  numberPart.className = 'number';
  numberPart.textContent = `${number} `;
  button.append(numberPart, customer);
  button.addEventListener('click', () => {
    selected = number;
    showLanes();
    showWay();
  });
  heading.append(button);
  row.append(heading, ...Array.from({ length: STEPS }, () => document.createElement('td')));
  return row;
}

function showLane(row, { number, reads }) {
  row.querySelector('button').setAttribute('aria-pressed', String(number === selected));
  const now = reads.indexOf(null);
  for (const [step, read] of reads.entries()) {
    const cell = row.cells[step + 1];
    const text = read === null ? '' : String(read);
    const className = read === null ? (step === now ? 'now' : '') : read === number ? 'read' : 'read wrong';
    if (cell.textContent !== text) cell.textContent = text;
    if (cell.className !== className) cell.className = className;
  }
}

/** Shows the log lines of the selected order. */
function showWay() {
  const order = orders.find(({ number }) => number === selected);
  if (order === undefined) return;
  const { number, customer, item, lines } = order;
  element('selected').textContent = `Order ${number} of ${customer}: a ${item}`;
  element('hint').hidden = true;
  const way = element('way');
  if (way.dataset.order !== String(number)) way.replaceChildren();
  way.dataset.order = number;
  way.style.setProperty('--hue', hueOf(number));
  while (way.children.length > lines.length) way.lastChild.remove();
  for (const [index, line] of lines.entries()) showLine(way, index, line, order);
}

function showLine(way, index, { hasFailed, message, after, pid, process, fields }, { number, customer }) {
  let item = way.children[index];
  if (item === undefined) {
    item = document.createElement('li');
    for (const [name, className] of [
      ['span', 'after'],
      ['span', 'process'],
      ['span', 'message'],
      ['code', 'fields'],
    ]) {
      const part = document.createElement(name);
      part.className = className;
      item.append(part);
    }
    way.append(item);
  }
  const isRight = fields.order === number && fields.customer === customer;
  item.className = `${isRight ? '' : 'bad'} ${hasFailed ? 'failed' : ''}`.trim();
  const texts = [
    `+${after} ms`,
    process === 'thread' ? `thread of ${pid}` : `${process} ${pid}`,
    message,
    `order=${fields.order ?? 'none'} customer=${fields.customer ?? 'none'}`,
  ];
  for (const [part, text] of texts.entries()) {
    if (item.children[part].textContent !== text) item.children[part].textContent = text;
  }
}

/** The golden angle gives adjacent numbers very different hues. */
function hueOf(number) {
  return ((number * 137.5) % 360).toFixed(0);
}
