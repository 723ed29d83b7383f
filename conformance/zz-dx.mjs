import Dexie from 'dexie';
console.log(globalThis[Symbol.for('Dexie')] === Dexie);
const before = Object.getOwnPropertyDescriptor(Dexie.Promise.prototype, 'then');
const sched = Dexie.Promise.scheduler;
const { install } = await import('../packages/core/dist/web/install.js'); const { AsyncLocalStorage } = await import('../packages/core/lib/portable/index.js');
const u = install({await:false});
const after = Object.getOwnPropertyDescriptor(Dexie.Promise.prototype, 'then');
console.log(before.get === after.get, u.report.patched.filter(x=>/Promise/.test(x)), sched === Dexie.Promise.scheduler);
