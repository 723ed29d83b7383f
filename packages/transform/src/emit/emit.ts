/**
 * Emits the code for everything that the analysis has found. The syntax tree is not walked again, because the facts of
 * each construct include its node. Each kind of construct has its own file.
 *
 *     import{guardedCall as _guardedCall}from'throughline/await';          file-opening.ts
 *     async function f(id) {let _v,_f=_guardedCall();try{                  function-body.ts
 *       try {
 *         const a = (_v=await _f.off(load(id)),_f.on(_v,_v=0));            await.ts
 *         for await (const b of _iterateAsync(_f,a)) {_f.back(); … }       for-of.ts
 *         return _wrapReturn(a);                                           return.ts
 *       } catch (error) {_f.back();                                        try.ts
 *         report(error);
 *       }
 *     }finally{_f.end()}}                                                  function-body.ts
 */
import type { BodyFacts, Construct, FileFacts, FunctionFacts } from '../analysis/facts.js';
import { emitAwait } from './await.js';
import type { CodeWriter } from './code-writer.js';
import { emitCreationFrame } from './creation-frame.js';
import { emitUsingBlock, emitUsingFor } from './disposal.js';
import { emitForOf } from './for-of.js';
import { emitFunctionBody } from './function-body.js';
import { emitReturn } from './return.js';
import { emitTry } from './try.js';
import { emitYield } from './yield.js';

/** Emits everything but the beginning of the file. */
export function emitConstructs({ functions, topLevel }: FileFacts, writer: CodeWriter): void {
  for (const facts of functions) emitFunction(facts, writer);
  if (topLevel === undefined) return;
  for (const construct of topLevel.constructs) emitConstruct(construct, topLevel, writer);
}

function emitFunction(facts: FunctionFacts, writer: CodeWriter): void {
  for (const construct of facts.constructs) emitConstruct(construct, facts, writer);
  if (facts.runsInCreationFrame) emitCreationFrame(facts, writer);
  else if (facts.hasContinuation) emitFunctionBody(facts, writer);
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
      emitUsingFor(construct, writer);
      break;
    case 'block':
      emitUsingBlock(construct, writer);
      break;
  }
}
