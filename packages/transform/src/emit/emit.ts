/**
 * Writes the code for everything that the analysis has found. The syntax tree is not walked again: each construct carries
 * its node, and each kind of construct has a file of its own.
 */
import type { BodyFacts, Construct, FileFacts, FunctionFacts } from '../analysis/facts.js';
import { emitAwait } from './await.js';
import type { CodeWriter } from './code-writer.js';
import { emitCreationFrame } from './creation-frame.js';
import { emitBlock, emitFor } from './disposal.js';
import { emitForOf } from './for-of.js';
import { emitFunctionBody } from './function-body.js';
import { emitReturn } from './return.js';
import { emitTry } from './try.js';
import { emitYield } from './yield.js';

export function emitConstructs({ functions, topLevel }: FileFacts, writer: CodeWriter): void {
  for (const facts of functions) emitFunction(facts, writer);
  if (topLevel === undefined) return;
  for (const construct of topLevel.constructs) emitConstruct(construct, topLevel, writer);
}

function emitFunction(facts: FunctionFacts, writer: CodeWriter): void {
  for (const construct of facts.constructs) emitConstruct(construct, facts, writer);
  if (facts.runsInCreationFrame) emitCreationFrame(facts, writer);
  else if (facts.continues) emitFunctionBody(facts, writer);
}

function emitConstruct(construct: Construct, body: BodyFacts, writer: CodeWriter): void {
  switch (construct.type) {
    case 'await':
      emitAwait(construct, body, writer);
      break;
    case 'yield':
      emitYield(construct, body, writer);
      break;
    case 'return':
      emitReturn(construct, body, writer);
      break;
    case 'try':
      emitTry(construct, writer);
      break;
    case 'for-of':
      emitForOf(construct, writer);
      break;
    case 'for':
      emitFor(construct, writer);
      break;
    case 'block':
      emitBlock(construct, writer);
      break;
  }
}
