/**
 * The host for an engine without a runtime around it, such as Hermes or QuickJS. It prints the results of all cases as
 * one line of JSON.
 */
import type { Implementation } from '../../case.js';
import { portableChapters } from '../portable-chapters.js';
import { runCases } from '../run-cases.js';

declare const print: (text: string) => void;

export async function runHost(implementation: Implementation): Promise<void> {
  print(JSON.stringify(await runCases(implementation, portableChapters)));
}
