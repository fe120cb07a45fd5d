// Lets one fsync of a relay under load fail, the first of its life, the second, and so on, and checks that it ends by itself, that its
// store is whole, and that nothing it had answered is lost; with --fault full the disk takes no more from that write on:
//   BAUTA=build/bauta node tests/e2e/fsync_fault.mjs --from 1 --to 50 [--fault fsync|full] [--seed S]
import { parseArgs } from 'node:util';
import { Storm } from './support/storm.mjs';

const { values } = parseArgs({
  options: { from: { type: 'string', default: '1' }, to: { type: 'string', default: '50' }, fault: { type: 'string', default: 'fsync' }, seed: { type: 'string', default: String(Date.now()) } },
});

const storm = new Storm({ seed: values.seed, log: console.log });
try {
  await storm.start();
  const ends = { refused: 0, ended: 0 };
  for (let k = Number(values.from); k <= Number(values.to); ++k) ++ends[await storm.failDisk(values.fault, k)];
  console.log(`refused to start ${ends.refused} times, ended while running ${ends.ended} times`);
  console.log('kept:', JSON.stringify(await storm.finish()));
} catch (error) {
  console.error(`seed ${values.seed}: ${error.stack}`);
  console.error(storm.relay?.log.slice(-3000));
  process.exitCode = 1;
} finally {
  await storm.remove();
}
process.exit();
