/**
 * The SQLite of this process: the runtime's own `node:sqlite` (Node 22.13 and newer), or the package libsql, whose
 * binaries npm installs without compiling anything. Both have the same synchronous API and the same file format, so a
 * server may change from one to the other. A process uses only one of them: two copies of SQLite in one process break each
 * other's locks on a file, and with them its contents.
 *
 * @see https://sqlite.org/howtocorrupt.html
 * @see https://nodejs.org/api/sqlite.html
 * @see https://github.com/tursodatabase/libsql-js
 */

/** The members that both have. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

export interface SqliteStatement {
  run(...values: SqliteValue[]): { changes: number | bigint };
  get(...values: SqliteValue[]): unknown;
}

export type SqliteValue = string | number | null;

export interface SqliteDriver {
  readonly name: 'node:sqlite' | 'libsql';
  /** @throws {Error} if the file cannot be opened */
  open(file: string): SqliteDatabase;
}

/** Returns the driver, or the reason why there is none. */
export async function findSqliteDriver(): Promise<SqliteDriver | string> {
  const reasons: string[] = [];
  for (const load of [loadNodeSqlite, loadLibsql]) {
    try {
      const driver = await load();
      // A binary for another system fails only when it is used.
      driver.open(':memory:').close();
      return driver;
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      reasons.push(reason);
    }
  }
  return reasons.join('; ');
}

export function loadNodeSqlite(): SqliteDriver {
  const sqlite = withoutExperimentalWarning(() => process.getBuiltinModule?.('node:sqlite'));
  if (sqlite === undefined) throw new Error(`node:sqlite is not available in Node ${process.version}`);
  return { name: 'node:sqlite', open: (file) => new sqlite.DatabaseSync(file) };
}

export async function loadLibsql(): Promise<SqliteDriver> {
  const { default: Database } = await import('libsql');
  return { name: 'libsql', open: (file) => new Database(file) };
}

/** Node warns when node:sqlite is loaded, until the module is stable. The members used here have not changed since 22.5. */
function withoutExperimentalWarning<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!`${warning}`.startsWith('SQLite is an experimental feature')) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

const SQLITE_BUSY = 5;

/** Whether another process is writing, so that the operation can be tried again. */
export function isBusy(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // node:sqlite has the extended code in `errcode`, whose low byte is the code; libsql has its name in `code`.
  if ('errcode' in error && typeof error.errcode === 'number') return (error.errcode & 0xff) === SQLITE_BUSY;
  return 'code' in error && `${error.code}`.startsWith('SQLITE_BUSY');
}
