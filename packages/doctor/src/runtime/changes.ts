/**
 * Tells the report that something was found. A process or thread can end without an event, so what it has found is saved
 * before it ends.
 */
type Listener = (isNew: boolean) => void;

let listener: Listener | undefined;

/** @param noteChanged called with whether something is found for the first time, and not only once more */
export function listenToChanges(noteChanged: Listener): void {
  listener = noteChanged;
}

/** Called with what is recorded of a finding. @param count how often it was found until now */
export function noteChange(count: number): void {
  listener?.(count === 1);
}
