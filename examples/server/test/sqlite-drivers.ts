/** The SQLite drivers that this process can load, for the tests. */
import { loadLibsql, loadNodeSqlite, type SqliteDriver } from '../sqlite-driver.js';

export async function findDriverNamed(name: string): Promise<SqliteDriver> {
  return name === 'libsql' ? loadLibsql() : loadNodeSqlite();
}

export async function availableDrivers(): Promise<SqliteDriver[]> {
  const hasNodeSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;
  return [...(hasNodeSqlite ? [loadNodeSqlite()] : []), await loadLibsql()];
}
