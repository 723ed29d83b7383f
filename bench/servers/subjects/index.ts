import type { Subject } from '../../subject.js';

/** Loads one subject, by its name in suite.ts, and none of the others: some cannot be undone once they run. */
export async function loadSubject(name: string): Promise<Subject> {
  const module: { subject: Subject } = await import(`./${name}.js`);
  return module.subject;
}
