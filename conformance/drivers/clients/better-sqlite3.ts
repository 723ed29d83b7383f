import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '../driver.js';

export const betterSqliteDriver: Driver = {
  title: 'better-sqlite3',
  packages: ['better-sqlite3'],
  async open() {
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(':memory:');
    const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
    let look = () => {};
    db.function('look', () => {
      look();
      return 1;
    });
    return {
      checks: [
        {
          name: 'query, `iterate`, and a function called by SQL',
          run: async (flow) => {
            db.prepare('select 1').get();
            flow.look();
            for (const _ of db.prepare('select 1 union select 2').iterate()) flow.look();
            look = flow.look;
            db.prepare('select look()').get();
          },
        },
        {
          name: 'transaction',
          run: async (flow) => {
            db.transaction(() => {
              flow.look();
              db.prepare('select 1').get();
              flow.look();
            })();
            flow.look();
          },
        },
        {
          name: '`backup`, promise and progress',
          run: async (flow) => {
            await db.backup(join(folder, `${flow.index}`), {
              progress: () => {
                flow.look();
                return 100;
              },
            });
            flow.look();
          },
        },
      ],
      close: async () => {
        db.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};
