/** Runs flows that overlap, and counts what they read. */

const FLOW_COUNT = 20;

let pauseCount = 0;

/** Waits for a timer: each call for another time, so that flows overtake each other. */
export function pause() {
  return new Promise((resolve) => setTimeout(resolve, 1 + ((pauseCount++ * 7) % 5)));
}

/**
 * Starts all flows, and prints how many checks were right. It returns at once, because bundles of Metro have no `await`
 * at the top level.
 * @param flow runs one flow, given its name and a function that compares what was read with what must be read
 */
export function runFlows(flow) {
  runAll(flow).catch((error) => console.log(`${error}`));
}

async function runAll(flow) {
  const wrong = [];
  let count = 0;
  const check = (what, actual, expected) => {
    count++;
    if (!Object.is(actual, expected)) wrong.push(`${what}: ${actual}, and not ${expected}`);
  };
  const names = Array.from({ length: FLOW_COUNT }, (_, index) => `flow ${index}`);
  await Promise.all(names.map((name) => flow(name, check)));
  const result = `${count - wrong.length} of ${count} checks right`;
  console.log([result, ...wrong.slice(0, 8)].join('; '));
  // The test of a development server waits for it.
  if (typeof document !== 'undefined') document.title = result;
}
