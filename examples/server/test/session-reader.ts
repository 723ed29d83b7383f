/**
 * A process that checks a SQLite file and reads entries from it, for the tests. Its arguments: the file, the name of the
 * driver, and the keys. It prints the entries as JSON.
 *
 * It is a separate process, because two copies of SQLite in one process break each other's locks on a file.
 * @see https://sqlite.org/howtocorrupt.html
 */
import { SqliteStore } from '../sqlite-store.js';
import { findDriverNamed } from './sqlite-drivers.js';

const [file = '', driverName = '', ...keys] = process.argv.slice(2);
const driver = await findDriverNamed(driverName);
const store = await SqliteStore.open(driver, file);
const database = driver.open(file);
const report = JSON.stringify(database.prepare('PRAGMA integrity_check').get());
database.close();
if (!report.includes('"integrity_check":"ok"')) throw new Error(report);
const entries = await Promise.all(keys.map((key) => store.get(key)));
await store.disconnect();
process.stdout.write(JSON.stringify(entries));
