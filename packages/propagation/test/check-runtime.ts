/** What must hold on every runtime: a program that prints, a Worker for workerd, and a page. */
import {
  currentDeadline,
  extract,
  inject,
  Propagated,
  propagationReport,
  withDeadline,
} from '@throughline/propagation';
import { setSigningKeys } from '@throughline/propagation/signing';

function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const [actualText, expectedText] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (actualText !== expectedText) throw new Error(`${what}: ${actualText} instead of ${expectedText}`);
}

/** @returns a line that says how many flows read their own values */
export async function checkRuntime(): Promise<string> {
  setSigningKeys([{ id: 'k1', secret: 'a secret of thirty-two characters' }]);
  const tenant = new Propagated<string>('tenant');
  const user = new Propagated<{ id: number }>('user', { sign: true, version: 2 });
  const send = (index: number) =>
    tenant.run(`t${index} 😀`, () => user.run({ id: index }, () => withDeadline(60_000, () => inject(new Headers()))));
  const carriers = Array.from({ length: 100 }, (_, index) => send(index));
  const read = await Promise.all(
    carriers.map((carrier, index) =>
      extract(carrier, { trust: true }).run(async () => {
        await new Promise((resolve) => setTimeout(resolve, index % 5));
        assertEqual([tenant.get(), user.get()], [`t${index} 😀`, { id: index }], 'the values');
        assertEqual(Number(currentDeadline()?.remaining) <= 60_000, true, 'the deadline');
        assertEqual(
          inject({} as Record<string, string>).baggage?.split(';')[0],
          send(index).get('baggage')?.split(';')[0],
          'what is sent on',
        );
        return true;
      }),
    ),
  );
  assertEqual([tenant.get(), currentDeadline()], [undefined, undefined], 'outside');
  assertEqual(extract({ baggage: 'tenant=evil,user={"id":1};v=2' }).get(tenant), undefined, 'what is not trusted');
  assertEqual(propagationReport().dropped, 2, 'the dropped entries');
  const timedOut = await withDeadline(5, () => {
    const signal = currentDeadline()?.signal;
    return new Promise((resolve) => {
      // The timer of a deadline does not keep a process alive.
      const timer = setTimeout(resolve, 5000, 'no abort');
      const passed = () => {
        clearTimeout(timer);
        resolve(signal?.reason.name);
      };
      signal?.addEventListener('abort', passed);
      // A process that has just started may take longer than the deadline to get here.
      if (signal?.aborted) passed();
    });
  });
  assertEqual(timedOut, 'TimeoutError', 'the deadline that passes');
  return `${read.length} flows read their own values`;
}
