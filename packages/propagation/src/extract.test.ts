import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AsyncLocalStorage } from 'throughline';
import { z } from 'zod';
import { type ExtractOptions, extract } from './extract.js';
import { inject } from './inject.js';
import { propagationReport } from './report.js';
import type { DropReason } from './shared-state.js';
import { Propagated } from './values/propagated.js';

const tenant = new Propagated('tenant', { schema: z.string().max(64) });
const user = new Propagated('user', { schema: z.object({ id: z.number() }), version: 2 });
const locale = new Propagated('locale', { trust: true });
const internal = new Propagated('internal', { trust: false });
const ofQueue = new Propagated('of-queue', { trust: ['queue:orders', /^https:\/\/.*\.internal$/] });

const trusted = { trust: true } as const;

/** Returns how many entries were dropped for a reason during a call. */
function dropsDuring(reason: DropReason, fn: () => void): number {
  const before = propagationReport().reasons[reason] ?? 0;
  fn();
  return (propagationReport().reasons[reason] ?? 0) - before;
}

test('what inject() writes, extract() reads, through each kind of carrier', () => {
  tenant.run('a,b;"c\\ 日本\r\n%41', () => {
    user.run({ id: 5 }, () => {
      for (const carrier of [inject({}), inject(new Headers()), inject(new Map<string, string>())]) {
        assert.deepEqual(extract(carrier, trusted).get(tenant), 'a,b;"c\\ 日本\r\n%41');
        assert.deepEqual(extract(carrier, trusted).get(user), { id: 5 });
      }
      const text = String(inject(new Headers()).get('baggage'));
      for (const baggage of [text, [text], text.split(','), new TextEncoder().encode(text), [Buffer.from(text)]]) {
        assert.deepEqual(extract({ BAGGAGE: baggage }, trusted).get(user), { id: 5 });
      }
      const get = (list: string[][], key: string) => list.find(([name]) => name === key)?.[1];
      assert.deepEqual(extract([['baggage', text]], { ...trusted, get }).get(user), { id: 5 });
    });
  });
});

test('nothing is believed that is not trusted', () => {
  const carrier = { baggage: 'tenant=acme,locale=fr,internal=x,of-queue=y' };
  const believed = (options: ExtractOptions<typeof carrier>) => {
    const received = extract(carrier, options);
    return [tenant, locale, internal, ofQueue].flatMap((value) =>
      received.get(value) === undefined ? [] : [value.name],
    );
  };
  assert.deepEqual(believed({}), ['locale']);
  assert.deepEqual(believed({ trust: false }), ['locale']);
  assert.deepEqual(believed({ trust: [] }), ['locale']);
  assert.deepEqual(believed({ trust: ['tenant'] }), ['tenant', 'locale']);
  assert.deepEqual(believed(trusted), ['tenant', 'locale']);
  assert.deepEqual(believed({ ...trusted, from: 'queue:orders' }), ['tenant', 'locale', 'of-queue']);
  assert.deepEqual(believed({ ...trusted, from: 'https://a.internal/path' }), ['tenant', 'locale', 'of-queue']);
  assert.deepEqual(believed({ ...trusted, from: 'https://evil.example/.internal' }), ['tenant', 'locale']);
  assert.deepEqual(believed({ trust: ['of-queue'], from: 'queue:orders' }), ['locale', 'of-queue']);
  assert.deepEqual(believed({ from: 'queue:orders' }), ['locale']);
});

test('run() has the values of the carrier, and none of those of the flow that calls it', async () => {
  const other = new AsyncLocalStorage<string>();
  await tenant.run('of the worker', () =>
    user.run({ id: 1 }, () =>
      other.run('kept', async () => {
        const received = extract({ baggage: 'tenant=acme' }, trusted);
        const result = await received.run(
          async (a, b) => {
            await null;
            assert.equal(tenant.get(), 'acme');
            assert.equal(user.get(), undefined);
            assert.equal(other.getStore(), 'kept');
            return a + b;
          },
          1,
          2,
        );
        assert.equal(result, 3);
        assert.equal(tenant.get(), 'of the worker');
        extract(undefined).run(() => assert.equal(tenant.get(), undefined));
        extract(null).run(() => assert.equal(user.get(), undefined));
        extract({ baggage: 'tenant=evil' }).run(() => assert.equal(tenant.get(), undefined));
        await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            extract({ baggage: `tenant=t${index}` }, trusted).run(async () => {
              await new Promise((resolve) => setTimeout(resolve, index % 7));
              assert.equal(tenant.get(), `t${index}`);
            }),
          ),
        );
      }),
    ),
  );
});

test('run() passes on what the function returns and throws', () => {
  const received = extract({ baggage: 'tenant=acme' }, trusted);
  assert.equal(
    received.run(() => undefined),
    undefined,
  );
  assert.throws(
    () =>
      received.run(() => {
        throw new Error('of the handler');
      }),
    { message: 'of the handler' },
  );
  assert.equal(tenant.get(), undefined);
  assert.throws(() => received.run(5 as never), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('what cannot be decoded is dropped and counted by its reason, and the other values are kept', () => {
  const cases: [DropReason, string | string[]][] = [
    ['malformed', 'tenant=%E6%97'],
    ['malformed', 'tenant=%'],
    ['malformed', 'tenant=%C0%AF'],
    ['malformed', 'tenant=a\r\nb'],
    ['malformed', 'tenant=é'],
    ['malformed', 'tenant='],
    ['malformed', 'tenant="a'],
    ['malformed', 'user={"__proto__":{"id":1}};v=2'],
    ['invalid', 'tenant=[42]'],
    ['invalid', `tenant=${'x'.repeat(65)}`],
    ['invalid', 'user={"id":"5"};v=2'],
    ['version', 'user={"id":5}'],
    ['version', 'user={"id":5};v=3'],
    ['version', 'user={"id":5};v=0'],
    ['version', 'user={"id":5};v=2.0'],
    ['version', 'user={"id":5};v=99999999999999999999'],
    ['too-long', `tenant=${'x'.repeat(4097)}`],
    ['duplicate', 'tenant=a,tenant=b'],
    ['duplicate', ['tenant=a', 'tenant=b']],
    ['duplicate', 'tenant=a;v=1,tenant=a'],
  ];
  for (const [reason, baggage] of cases) {
    const dropped = dropsDuring(reason, () => {
      const received = extract({ baggage: ['locale=fr', baggage].flat() }, trusted);
      assert.equal(received.get(tenant), undefined, String(baggage));
      assert.equal(received.get(user), undefined, String(baggage));
      assert.equal(received.get(locale), 'fr', String(baggage));
    });
    assert.equal(dropped, 1, String(baggage));
  }
});

test('white space, properties of others and an entry that is repeated literally change nothing', () => {
  for (const baggage of [
    'tenant=acme',
    ' \ttenant = acme ',
    'tenant=acme;theirs;v=1;x=y',
    'tenant=acme,,tenant=acme,',
    ',=,;,tenant=acme',
  ]) {
    assert.equal(extract({ baggage }, trusted).get(tenant), 'acme', baggage);
  }
});

test('what is beyond 180 entries or 8192 bytes is not read', () => {
  const padding = Array.from({ length: 200 }, (_, index) => `k${index}=1`).join(',');
  const dropped = dropsDuring('too-many', () => {
    assert.equal(extract({ baggage: `tenant=acme,${padding}` }, trusted).get(tenant), 'acme');
    assert.equal(extract({ baggage: `${padding},tenant=acme` }, trusted).get(tenant), undefined);
    assert.equal(extract({ baggage: `a=${'x'.repeat(9000)},tenant=acme` }, trusted).get(tenant), undefined);
    assert.equal(extract({ baggage: ['a=b', `b=${'x'.repeat(8180)}`, 'tenant=acme'] }, trusted).get(tenant), undefined);
  });
  assert.equal(dropped, 4);
  assert.equal(
    extract({ baggage: `b=${'x'.repeat(8192 - 'b=,tenant=acme'.length)},tenant=acme` }, trusted).get(tenant),
    'acme',
  );
});

test('everything that inject() can write is read, up to the limits, and can be sent on', () => {
  const wide = ['one', 'two'].map((name) => new Propagated<string>(`wide-${name}`, { version: 12 }));
  const [one, two] = wide as [Propagated<string>, Propagated<string>];
  const longest = 'x'.repeat(4096 - 'wide-one=;v=12'.length);
  one.run(longest, () => {
    two.run(longest.slice(1), () => {
      const carrier = inject({});
      assert.equal(JSON.stringify(carrier).length, 8192 + '{"baggage":""}'.length);
      extract(carrier, trusted).run(() => {
        assert.equal(one.get(), longest);
        assert.equal(two.get(), longest.slice(1));
        assert.deepEqual(inject({}), carrier);
      });
    });
  });
});

test('what would not fit when it is sent on is dropped, so that no inject() of the receiver throws', () => {
  const dropped = dropsDuring('too-long', () => {
    for (const text of ['"'.repeat(1500), `"${' '.repeat(4000)}"`, `[${'9e20%2C'.repeat(500)}1]`]) {
      extract({ baggage: `locale=${text},tenant=acme` }, trusted).run(() => {
        assert.doesNotThrow(() => inject({}));
        assert.equal(tenant.get(), 'acme');
      });
    }
    const parts = Array.from({ length: 10 }, (_, index) => {
      new Propagated(`part-${index}`, { trust: true });
      return `part-${index}=a${' '.repeat(400)}z`;
    });
    extract({ baggage: parts }, {}).run(() => assert.doesNotThrow(() => inject({})));
  });
  assert.ok(dropped >= 3, `${dropped}`);
});

test('what a client has written in a longer form than inject() is measured as it would be sent on', () => {
  new Propagated('short', { trust: true, maxLength: 10 });
  new Propagated('size', { trust: true, schema: z.array(z.number()), maxLength: 10 });
  const dropped = dropsDuring('too-long', () => {
    for (const baggage of [
      'short=a b c d e',
      'short="a b c"',
      'short=9e20',
      'short=%61%20%62%20%63%20',
      'size=[9e20]',
    ]) {
      extract({ baggage }).run(() => assert.doesNotThrow(() => inject({}), baggage));
    }
  });
  assert.equal(dropped, 4);
});

test('what cannot be sent on, because a codec decodes more than it encodes, is dropped', () => {
  const codec = { encode: (date: Date) => date.toISOString(), decode: (text: string) => new Date(text) };
  const since = new Propagated('since', { trust: true, codec });
  const count = new Propagated('count', { trust: true, schema: z.string().transform(Number) });
  const dropped = dropsDuring('invalid', () => {
    extract({ baggage: 'since=yesterday,count=many' }).run(() => {
      assert.deepEqual([since.get(), count.get()], [undefined, undefined]);
      assert.doesNotThrow(() => inject({}));
    });
  });
  assert.equal(dropped, 2);
  assert.deepEqual(extract({ baggage: 'since=2026-11-01' }).get(since), new Date('2026-11-01'));
});

test('of bytes, only as many are decoded as are read', () => {
  const bytes = new Uint8Array(2e7).fill(0x2c);
  bytes.set(new TextEncoder().encode('tenant=acme'));
  assert.equal(extract({ baggage: bytes }, trusted).get(tenant), 'acme');
});

test('a carrier that cannot be read is one without entries', () => {
  const throwing = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('hostile');
      },
      getOwnPropertyDescriptor() {
        throw new Error('hostile');
      },
    },
  );
  const dropped = dropsDuring('unreadable', () =>
    extract(throwing, trusted).run(() => assert.equal(tenant.get(), undefined)),
  );
  assert.ok(dropped > 0);
  for (const baggage of [undefined, null, 5, true, {}, [null, 5, {}], () => 'tenant=a', Symbol('a')]) {
    assert.equal(extract({ baggage }, trusted).get(tenant), undefined);
  }
  assert.equal(extract('text' as never, trusted).get(tenant), undefined);
});

test('an inherited entry is none, so that a polluted prototype sends nothing', () => {
  assert.equal(extract(Object.create({ baggage: 'tenant=evil' }), trusted).get(tenant), undefined);
});

test('a warning names the value, the sender and the remedy, once', async () => {
  const messages: string[] = [];
  const listener = ({ name, message }: Error) => {
    if (name === 'PropagationWarning' && message.includes('"warned"')) messages.push(message);
  };
  process.on('warning', listener);
  try {
    new Propagated('warned', { schema: z.literal('right') });
    for (let count = 0; count < 5; count++) {
      extract({ baggage: 'warned=wrong' }, { ...trusted, from: 'queue:a' });
      extract({ baggage: 'warned=wrong' }, { ...trusted, from: 'queue:b\nforged line' });
      extract({ baggage: 'warned=right' }, { from: `client ${count}` });
    }
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', listener);
  }
  assert.deepEqual(messages, [
    'The value "warned" from "queue:a" was dropped: the schema rejects it.',
    'The value "warned" from "queue:b\\nforged line" was dropped: the schema rejects it.',
    'The value "warned" from "client 0" was dropped: it is not trusted here. If the sender is your own program, pass ' +
      'trust: true, or the names of the values, to extract() or to the transport.',
  ]);
});

test('an invalid option is an error', () => {
  const cases: [object, RegExp][] = [
    [{ truts: true }, /no option "truts"\. Did you mean "trust"\?/],
    [{ trust: 'tenant' }, /trust must be true, false or a list of names, not a string/],
    [{ trust: [5] }, /trust must be/],
    [{ from: 5 }, /from must be a string/],
    [{ get: 5 }, /get must be a function/],
    [{ elapsed: -1 }, /elapsed must be a number of milliseconds/],
    [{ deadline: Number.NaN }, /deadline must be a number of milliseconds/],
    [{ signal: {} }, /signal must be an AbortSignal/],
    [{ scope: true }, /scope must be false, or an object/],
    [null as never, /must be an object/],
  ];
  for (const [options, message] of cases) assert.throws(() => extract({}, options), { message });
});
