/** In place of runtime/flow-ends.ts in a page, where the doctor does not look for frames that outlive their flow. */

export function noteOpening(): void {}

export function noteResult(): void {}
