/**
 * The calls on a stream, and which of them causes a deferred method of its source, its sink or its transformer.
 *
 * Reads and chunks are numbered. Read `n` receives chunk `n`, and a stream whose high-water mark is `h` asks for `h`
 * chunks before the first read. Read `n` therefore makes room for chunk `n + h`:
 *
 *     chunk       1      2      3      4      5          h = 2
 *     caused by   -- constructor   read 1 read 2 read 3
 *
 * The platform calls `write()` of a sink once for each `write()` of a writer, in the same order.
 *
 * See https://streams.spec.whatwg.org/#readable-stream-default-controller-should-call-pull
 */
import type { OpaqueFrame } from '../engine/engine.js';

type MaybeFrame = OpaqueFrame | undefined;

/** The number of changes of the frame among the reads that are kept. A full stream would keep any number of them. */
const MAX_RUNS = 1000;

/** The frames of calls that are numbered from 1. Consecutive calls in one frame share an entry. */
class CallFrames {
  count = 0;
  readonly runs: { readonly frame: MaybeFrame; last: number }[] = [];

  add(frame: MaybeFrame): void {
    this.count++;
    // A page or React Native can add streams to an engine that has no Array.prototype.at().
    const run = this.runs[this.runs.length - 1];
    if (run !== undefined && run.frame === frame) run.last = this.count;
    else this.runs.push({ frame, last: this.count });
  }

  /** Returns the frame of a call, and forgets the calls before another one, which is not later. */
  frameOf(number: number, firstKept = number): MaybeFrame {
    while ((this.runs[0]?.last ?? firstKept) < firstKept) this.runs.shift();
    return this.runs.find(({ last }) => last >= number)?.frame;
  }
}

/** The calls on a stream with a source. */
export class SourceCalls {
  /**
   * The frame of the call that causes what no read causes: the call of the constructor or, later, the call that made a
   * pipe. If chunks are not counted, the frame of the reads.
   */
  frame: MaybeFrame;
  readonly #reads = new CallFrames();
  #chunkCount = 0;
  /** The number of the read for which `pull()` was called last, at most 0 if it was the constructor. */
  #pulledRead = Number.NEGATIVE_INFINITY;
  /** Whether all chunks have the size 1, and all reads and all chunks are known. */
  #isCounted = true;
  /** Whether there is a read that is not counted. */
  #hasRead = false;
  /** Whether such reads have several frames. */
  #isShared = false;
  /** The frame of the `tee()` call that made the branches which are read; the root if there is none. */
  #owner: MaybeFrame;
  /** Whether the source has a method that the platform calls after the constructor. */
  hasMethods = false;
  /** The number of chunks that the queue holds without a read; undefined until the controller is known. */
  highWaterMark: number | undefined;
  readonly readable = undefined;

  constructor(frame: MaybeFrame) {
    this.frame = frame;
  }

  /** Must be called if reads are not recorded, or if recorded reads will not receive their chunks. */
  stopCounting(): void {
    this.#isCounted = false;
    this.#hasRead = false;
    this.#isShared = false;
    this.#owner = undefined;
    this.#reads.runs.length = 0;
  }

  /** Records a call that causes all further chunks, such as `pipeTo()`. */
  addOwner(frame: MaybeFrame): void {
    this.stopCounting();
    this.frame = frame;
    this.#owner = frame;
  }

  /** Records that a reader is released. Its pending reads will not receive their chunks. */
  addRelease(): void {
    if (!this.#isCounted || this.#reads.count > this.#chunkCount) this.stopCounting();
  }

  /** @param hasPulled whether the platform has called `pull()` during the call */
  addRead(frame: MaybeFrame, hasPulled: boolean): void {
    if (this.#isCounted) {
      this.#reads.add(frame);
      if (hasPulled) this.#pulledRead = this.#reads.count;
      if (this.#reads.runs.length <= MAX_RUNS) return;
      this.addOwner(undefined);
      // Reads of several flows wait for chunks. The next one, in whatever frame, does not own them.
      this.#isShared = true;
    }
    // Once reads have several frames, it is never known which of them wait for a chunk.
    this.#isShared ||= this.#hasRead && this.frame !== frame;
    this.#hasRead = true;
    this.frame = this.#isShared ? this.#owner : frame;
  }

  addChunk(): void {
    this.#chunkCount++;
  }

  /** Returns the frame of a `pull()` that is called when no read is running. */
  frameOfPull(): MaybeFrame {
    if (!this.#isCounted) return this.frame;
    const { count } = this.#reads;
    const waiting = this.#chunkCount + 1 - (this.highWaterMark as number);
    // If the source was called for this read already, and has not delivered the chunk, the next read is the cause.
    this.#pulledRead = waiting > this.#pulledRead || this.#pulledRead >= count ? waiting : this.#pulledRead + 1;
    return this.#pulledRead < 1 ? this.frame : this.#reads.frameOf(this.#pulledRead, waiting);
  }

  /** @param currentFrame the frame of a call that cancels a pipe from outside, if there is one */
  frameOfCancel(currentFrame: MaybeFrame): MaybeFrame {
    return currentFrame ?? this.frame;
  }
}

/** The calls on a stream with a sink or a transformer. */
export class SinkCalls {
  /** The frame of the call that made a pipe, or of the constructor call. */
  frame: MaybeFrame;
  /** The calls on the readable side of a `TransformStream`. */
  readonly readable: SourceCalls | undefined;
  /** Whether the sink or the transformer has a method that the platform calls after the constructor. */
  hasMethods = false;
  /** Whether it has a method that receives the chunks. */
  receivesChunks = false;
  readonly #writes = new CallFrames();
  #receivedCount = 0;
  readonly #ends: { [key in 'close' | 'abort']?: { readonly frame: MaybeFrame } } = {};

  constructor(frame: MaybeFrame, readable?: SourceCalls) {
    this.frame = frame;
    this.readable = readable;
  }

  /** Records a call that causes all further writes, such as `pipeTo()`. */
  addOwner(frame: MaybeFrame): void {
    this.frame = frame;
  }

  /** Records a `write()` call whose chunk has to wait. */
  addWrite(frame: MaybeFrame): void {
    if (this.receivesChunks) this.#writes.add(frame);
  }

  /** Records a call of `close()` or `abort()`. The first one counts. */
  addEnd(key: 'close' | 'abort', frame: MaybeFrame): void {
    this.#ends[key] ??= { frame };
  }

  /** Returns the frame for the next chunk that had to wait. A pipe writes only when all of them are written. */
  frameOfWrite(): MaybeFrame {
    return this.#receivedCount < this.#writes.count ? this.#writes.frameOf(++this.#receivedCount) : this.frame;
  }

  frameOfClose(): MaybeFrame {
    return (this.#ends.close ?? this).frame;
  }

  /** @param currentFrame the frame of a call that aborts a pipe from outside, if there is one */
  frameOfAbort(currentFrame: MaybeFrame): MaybeFrame {
    return (this.#ends.abort ?? { frame: currentFrame ?? this.frame }).frame;
  }

  /** Returns the frame in which a transformer is canceled, if both sides agree. */
  frameOfCancel(currentFrame: MaybeFrame): MaybeFrame {
    const commonFrame = this.readable?.frame === this.frame ? this.frame : undefined;
    return (this.#ends.abort ?? { frame: currentFrame ?? commonFrame }).frame;
  }
}
