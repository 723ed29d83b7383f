/**
 * Random carriers as an attacker may send them: malformed, oversized, ambiguous, forged. Each is built from a valid one,
 * so that it comes close to being believed.
 */

/** A generator of pseudorandom numbers from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FRAGMENTS = [
  '\r\n',
  '\r\nset-cookie: a=b\r\n\r\n',
  '%0d%0a',
  '%',
  '%%',
  '%zz',
  '%C0%80',
  '%ED%A0%80',
  '%F0%9F%98%80',
  'é',
  '\ud800',
  '\u2028',
  '\0',
  '%00',
  '__proto__',
  '__proto__=x',
  'constructor=x',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '%22',
  '"',
  '{',
  '[[[[[[[[',
  '1e999',
  '-0',
  ',',
  ',,,,',
  ';',
  ';v=1',
  ';v=2',
  ';v=-1',
  ';v=1e9',
  ';t=0;s=k1.AAAA',
  ';s=',
  '=',
  '==',
  ' ',
  '\t',
  'tenant=evil',
  't%65nant=evil',
  'TENANT=evil',
  'locale=xx',
  'signed=evil',
] as const;

const KEYS = [
  'baggage',
  'Baggage',
  'BAGGAGE',
  'traceparent',
  'tracestate',
  'throughline-timeout-ms',
  '__proto__',
  'get',
];

export class HostileCarriers {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  /**
   * @param valid the headers that a program of the application has sent
   * @returns a carrier of some kind
   */
  next(valid: Readonly<Record<string, string>>): object {
    const headers: Record<string, unknown> = Object.fromEntries(
      Object.entries(valid).map(([key, text]) => [key, this.#mutate(text)]),
    );
    const extra = this.#below(4);
    for (let index = 0; index < extra; index++) {
      const key = this.#pick(KEYS);
      Object.defineProperty(headers, key, {
        value: this.#value(valid.baggage ?? ''),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return this.#asCarrier(headers);
  }

  #asCarrier(headers: Record<string, unknown>): object {
    switch (this.#below(8)) {
      case 0:
        return new Map(Object.entries(headers));
      case 1:
        return Object.assign(Object.create(null), headers);
      case 2:
        return Object.create(headers);
      case 3:
        return new Proxy(headers, {
          get() {
            throw new Error('hostile');
          },
        });
      case 4:
        return { ...headers, get: 5, set: 'x' };
      default:
        return headers;
    }
  }

  #value(text: string): unknown {
    switch (this.#below(9)) {
      case 0:
        return [this.#mutate(text), this.#mutate(text)];
      case 1:
        return Array.from({ length: this.#below(2000) }, () => 'tenant=evil');
      case 2:
        return new TextEncoder().encode(this.#mutate(text));
      case 3:
        return Uint8Array.from({ length: this.#below(100) }, () => this.#below(256));
      case 4:
        return this.#pick([null, 5, Number.NaN, {}, [], [[]], () => text, Symbol('s'), 5n]);
      case 5:
        return this.#bomb();
      default:
        return this.#mutate(text);
    }
  }

  /** Much text of one kind. */
  #bomb(): string {
    const fragment = this.#pick(FRAGMENTS);
    const key = this.#pick(['tenant=', 'locale=', 'user={"id":', 'k=', '']);
    return key + fragment.repeat(this.#below(5000)) + this.#pick(['', `,${key}x`]);
  }

  #mutate(text: string): string {
    let mutated = text;
    const count = this.#below(5);
    for (let index = 0; index < count; index++) {
      const start = this.#below(mutated.length + 1);
      const end = this.#random() < 0.5 ? start : start + this.#below(10);
      mutated = mutated.slice(0, start) + this.#pick(FRAGMENTS) + mutated.slice(end);
    }
    if (this.#random() < 0.05) mutated += this.#bomb();
    return mutated;
  }
}
