const { readFile } = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const { session } = require('./session');

async function findOrders() {
  await delay(Math.random() * 10);
  const user = session.get('user');
  return `${user.name} ${session.get('user').id} ${session.get('missing') ?? 'nothing'}`;
}

function withCallback(callback) {
  readFile(__filename, () => process.nextTick(() => callback(session.get('user').name)));
}

/** A nested context inherits the values, and its own do not leave it. */
async function audit() {
  const inner = await session.runAndReturn(async () => {
    session.set('role', 'auditor');
    await delay(Math.random() * 5);
    return `${session.get('user').name} as ${session.get('role')}`;
  });
  return `${inner}, then ${session.get('role')}`;
}

module.exports = { audit, findOrders, withCallback };
