import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '../checks/driver.js';
import { requireSqlitePackage } from '../sqlite-packages.js';

export const betterSqliteDriver: Driver = {
  title: 'better-sqlite3',
  packages: ['better-sqlite3'],
  async open() {
    const Database: typeof import('better-sqlite3') = requireSqlitePackage('better-sqlite3');
    const db = new Database(':memory:');
    const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
    let calledFromSql = () => {};
    db.function('observe', () => {
      calledFromSql();
      return 1;
    });
    return {
      checks: [
        {
          name: 'query, `iterate`, and a function that SQL calls',
          run: async (flow) => {
            db.prepare('select 1').get();
            flow.observe();
            for (const _ of db.prepare('select 1 union select 2').iterate()) flow.observe();
            calledFromSql = flow.observe;
            db.prepare('select observe()').get();
          },
        },
        {
          name: 'transaction',
          run: async (flow) => {
            db.transaction(() => {
              flow.observe();
              db.prepare('select 1').get();
              flow.observe();
            })();
            flow.observe();
          },
        },
        {
          name: '`backup`, promise and progress callback',
          run: async (flow) => {
            await db.backup(join(directory, `${flow.index}`), {
              progress: () => {
                flow.observe();
                return 100;
              },
            });
            flow.observe();
          },
        },
      ],
      close: async () => {
        db.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
};
