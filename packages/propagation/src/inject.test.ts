import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inject } from './inject.js';
import { propagationReport } from './report.js';
import { Propagated } from './values/propagated.js';

const tenant = new Propagated<unknown>('tenant');
const user = new Propagated<{ id: number }>('user', { version: 2 });

test('the values of the flow are written to an object, Headers, a Map, and through set()', () => {
  tenant.run('acme', () => {
    user.run({ id: 5 }, () => {
      const baggage = 'tenant=acme,user=%7B%22id%22%3A5%7D;v=2';
      assert.deepEqual(inject({ other: 1 }), { other: 1, baggage });
      assert.equal(inject(new Headers()).get('baggage'), baggage);
      assert.deepEqual(inject(new Map()), new Map([['baggage', baggage]]));
      const pairs: [string, string][] = [];
      assert.equal(inject(pairs, { set: (list, ...pair) => list.push(pair) }), pairs);
      assert.deepEqual(pairs, [['baggage', baggage]]);
    });
  });
  assert.deepEqual(inject({}), {});
});

test('text is percent-encoded where W3C demands it, and nothing can end a header', () => {
  const cases: [unknown, string][] = [
    ["a-b_c.d~e!#$&'()*+/:<=>?@[]^`{|}", "a-b_c.d~e!#$&'()*+/:<=>?@[]^`{|}"],
    ['100%', '100%25'],
    ['a,b;c"d\\e', 'a%2Cb%3Bc%22d%5Ce'],
    ['a\r\nset-cookie: b', 'a%0D%0Aset-cookie%3A%20b'],
    ['日本 😀', '%E6%97%A5%E6%9C%AC%20%F0%9F%98%80'],
    ['\ud800', '%22%5Cud800%22'],
    [true, 'true'],
    [null, 'null'],
  ];
  for (const [value, text] of cases) {
    tenant.run(value, () => assert.deepEqual(inject({}), { baggage: `tenant=${text}` }, String(value)));
    tenant.run(value, () => assert.equal(inject(new Headers()).get('baggage'), `tenant=${text}`));
  }
});

test('the entries of other libraries stay, and those of declared values are replaced or removed', () => {
  const theirs = () => ({ Baggage: 'a=1;p, tenant=evil ,b = 2, t%65nant=evil, user=x, a=3' });
  tenant.run('acme', () => assert.deepEqual(inject(theirs()), { Baggage: 'tenant=acme,a=1;p,b = 2' }));
  assert.deepEqual(inject(theirs()), { Baggage: 'a=1;p,b = 2' });
  assert.deepEqual(inject({ baggage: 'tenant=evil' }), {});
  assert.deepEqual(inject({ baggage: ['a=1', 'tenant=evil,c=3'] }), { baggage: 'a=1,c=3' });
  assert.deepEqual(inject(new Map([['baggage', 'tenant=evil']])), new Map());
  assert.equal(inject(new Headers({ baggage: 'tenant=evil' })).has('baggage'), false);
  const carrier = new Map([['baggage', 'tenant=evil']]);
  const set = (map: Map<string, string>, key: string, value: string) => map.set(key, value);
  assert.deepEqual(inject(carrier, { set, get: (map, key) => map.get(key) }), new Map([['baggage', '']]));
});

test('foreign text that would end a header or is no entry is omitted', () => {
  assert.deepEqual(inject({ baggage: 'a=1\r\nx: y,b=2,=3,d,é=4,c=é,e=5' }), { baggage: 'b=2,e=5' });
});

test('foreign entries that do not fit are omitted and counted, and never an error', () => {
  const before = propagationReport().reasons['too-many'] ?? 0;
  tenant.run('acme', () => {
    const { baggage } = inject({ baggage: `a=${'x'.repeat(8180)},b=2` });
    assert.equal(baggage, 'tenant=acme,b=2');
    const many = inject({ baggage: Array.from({ length: 1000 }, (_, index) => `k${index}=1`).join(',') });
    assert.equal(many.baggage.split(',').length, 180);
    assert.ok(many.baggage.startsWith('tenant=acme,k0=1,'));
  });
  assert.ok((propagationReport().reasons['too-many'] ?? 0) > before);
});

test('a value beyond a limit is an error that names it', () => {
  const small = new Propagated<string>('small', { maxLength: 5 });
  small.run('12345x', () =>
    assert.throws(() => inject({}), {
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
      message: /^The value "small" takes 6 bytes in a carrier, and may take 5\./,
    }),
  );
  small.run('😀', () => assert.throws(() => inject({}), { message: /"small" takes 12 bytes/ }));
  tenant.run('x'.repeat(4090), () => assert.throws(() => inject({}), { message: /"tenant" takes 4097 bytes/ }));
  const large = ['one', 'two', 'three'].map((name) => new Propagated<string>(`large-${name}`));
  const nested = (index: number, fn: () => void): void =>
    index === large.length ? fn() : large[index]?.run('x'.repeat(3000), nested, index + 1, fn);
  nested(0, () =>
    assert.throws(() => inject({}), {
      code: 'ERR_OUT_OF_RANGE',
      message:
        /^With the value "large-three", the baggage has 90\d\d bytes\. W3C Baggage guarantees 180 entries and 8192 bytes/,
    }),
  );
});

test('more than 180 values are an error', () => {
  const many = Array.from({ length: 181 }, (_, index) => new Propagated<number>(`many-${index}`));
  const nested = (index: number, count: number, fn: () => void): void =>
    index === count ? fn() : many[index]?.run(index, nested, index + 1, count, fn);
  nested(0, 180, () => assert.doesNotThrow(() => inject({})));
  nested(0, 181, () => assert.throws(() => inject({}), { message: /"many-180", the baggage has 181 entries/ }));
});

test('a value that cannot be encoded is an error that names it, with the cause', () => {
  for (const value of [5n, () => 1, Symbol('s'), Number.NaN]) {
    tenant.run(value, () =>
      assert.throws(() => inject({}), {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /^The value "tenant" cannot be encoded/,
      }),
    );
  }
  const broken = new Propagated<string>('broken', { codec: { encode: () => '\ud800', decode: String } });
  broken.run('a', () => assert.throws(() => inject({}), { message: /"broken" cannot be encoded/ }));
});

test('a value with destinations is sent to these only, and not where the destination is unknown', () => {
  const secret = new Propagated<string>('secret', {
    to: ['https://billing.internal', 'queue:orders', /^https:\/\/.*\.test$/],
  });
  secret.run('x', () => {
    for (const to of [
      'https://billing.internal/a',
      new URL('https://billing.internal'),
      'queue:orders',
      'https://a.test/b',
    ]) {
      assert.deepEqual(inject({}, { to }), { baggage: 'secret=x' });
    }
    assert.deepEqual(inject({}, { to: 'https://evil.example/https://billing.internal' }), {});
    assert.deepEqual(inject({}), {});
  });
});

test('objects are encoded anew at each call, because they may have changed', () => {
  const content = { id: 1 };
  user.run(content, () => {
    inject({});
    content.id = 2;
    assert.deepEqual(inject({}), { baggage: 'user=%7B%22id%22%3A2%7D;v=2' });
  });
});

test('a codec is called for each carrier, because its text may depend on the flow', () => {
  const codec = { encode: (id: number) => `${tenant.get()}-${id}`, decode: (text: string) => text.length };
  const invoice = new Propagated<number>('invoice', { codec });
  invoice.run(5, () => {
    for (const name of ['acme', 'initech']) {
      tenant.run(name, () => assert.deepEqual(inject({}), { baggage: `tenant=${name},invoice=${name}-5` }));
    }
  });
});

test('an invalid carrier or option is an error', () => {
  for (const carrier of [undefined, null, 'text', [], 5]) {
    assert.throws(() => inject(carrier as never), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: /^inject\(carrier\): carrier/,
    });
  }
  assert.throws(() => inject({}, { too: 'x' } as never), { message: /no option "too"\. Did you mean "to"\?/ });
  assert.throws(() => inject({}, { to: 5 } as never), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => inject({}, { set: 5 } as never), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => inject({}, { get: 5 } as never), { code: 'ERR_INVALID_ARG_TYPE' });
});
