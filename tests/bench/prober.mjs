// Asks the admin listener for its metrics and its health ten times a second, as its operator's tools do, until SIGTERM; then it says how
// long the slowest answer took, as JSON.
//
//     node prober.mjs HOST:PORT
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '../e2e/support/http.mjs';

const address = process.argv[2];
const slowest = {};
let asked = 0;
let failed = 0;

process.on('SIGTERM', () => {
  console.log(JSON.stringify({ asked, failed, slowest_ms: slowest }));
  process.exit(0);
});
console.log(`listening ${address}`);

for (;;) {
  for (const path of ['/metrics', '/readyz']) {
    const began = performance.now();
    try {
      const { status } = await request('GET', address, path);
      if (status !== 200) ++failed;
    } catch {
      ++failed;
    }
    ++asked;
    slowest[path] = Math.max(slowest[path] ?? 0, performance.now() - began);
  }
  await sleep(100);
}
