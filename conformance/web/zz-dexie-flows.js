import { AsyncLocalStorage } from 'throughline'; import Dexie from 'dexie';
const als = new AsyncLocalStorage(); const wrong = {}, missing = {}; let right = 0;
const check = (w, id) => { const v = als.getStore(); if (v === id) right++; else { const o = v === undefined ? missing : wrong; o[w] = (o[w] ?? 0) + 1; } };
const db = new Dexie('d'); db.version(1).stores({ t: '++id' });
let openRoot; const rootGate = new Promise((r) => openRoot = r); rootGate.then(() => check('root then', undefined));
globalThis.result = (async () => {
  await db.open();
  const gates = Array.from({ length: 20 }, () => { let open; const promise = new Promise((r) => open = r); return { promise, open }; });
  await Promise.all(gates.map((g, id) => als.run(id, async () => {
    await db.transaction('rw', db.t, async () => {
      check('scope start', id); await db.t.add({ a: id }); check('await add', id);
      await Promise.resolve(1); check('await Promise.resolve in transaction', id);
      await Promise.resolve(1).then(() => check('global then in transaction', id));
      await new Promise((r) => r(1)).then(() => check('new Promise then', id)).finally(() => check('finally in transaction', id));
      gates[(id + 1) % 20].open(); openRoot();
      await db.t.count(); check('await count', id);
      await db.t.where('id').above(0).first().then(() => check('dexie then', id));
      check('end of transaction', id);
    });
    check('after transaction', id);
    await g.promise; check('await gate', id);
    await g.promise.then(() => check('gate then', id));
    await db.t.toArray().then(() => check('toArray then', id));
  })));
  check('root end', undefined); globalThis.dbg = 0;
  return { right, missing, wrong, dbg: globalThis.dbg };
})();