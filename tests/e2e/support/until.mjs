import { setTimeout as sleep } from 'node:timers/promises';

/** How many times longer than usual everything may take: a sanitizer's binary is slow. */
export const PATIENCE = Number(process.env.BAUTA_PATIENCE ?? 1);

/** Asks `condition` until its answer is truthy, and returns that; after `seconds` it fails and says what was waited for. */
export async function until(what, condition, { seconds = 20, every = 25 } = {}) {
  const deadline = Date.now() + seconds * 1000 * PATIENCE;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`${seconds * PATIENCE} s were not enough for: ${what}`);
    await sleep(every);
  }
}

/** That something does not happen cannot be waited for: this looks again and again for a while. */
export async function never(what, condition, { seconds = 1, every = 50 } = {}) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (await condition()) throw new Error(`it happened: ${what}`);
    await sleep(every);
  }
}

/** Runs `work` on all items, `at_once` of them at the same time; the results in the items' order. */
export async function each(items, atOnce, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i], i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
