// Lets the disk of a relay under load run full again and again, and checks that it refuses, loses nothing, and goes on when there is space:
//   BAUTA=build/bauta node tests/e2e/disk_full.mjs --rounds 20 [--seed S] [--pretended]
// The dice decide whether others take the relay's reserve as well, and whether the relay dies meanwhile.  --pretended: on the disk of a machine
// that lets nobody mount one.
import { parseArgs } from 'node:util';
import { FullDiskStorm } from './support/full_disk_storm.mjs';
import { PretendedDisk } from './support/small_disk.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string', default: String(Date.now()) }, pretended: { type: 'boolean', default: false } },
});

const kinds = values.pretended ? [PretendedDisk] : undefined;
const storm = await FullDiskStorm.make({ rounds: Number(values.rounds), kinds, seed: values.seed, log: console.log });
if (!storm) throw new Error('this machine lets nobody mount a small file system (as root, or by unshare), and has no C compiler to pretend one');
try {
  await storm.start();
  for (let round = 1; round <= Number(values.rounds); ++round) {
    const how = { harsh: storm.random() < 0.5, signal: [undefined, 'SIGKILL', 'SIGTERM'][Math.floor(storm.random() * 3)] };
    console.log(`round ${round}`, JSON.stringify(how));
    await storm.fill(how);
  }
  console.log('kept:', JSON.stringify(await storm.finish()));
} catch (error) {
  console.error(`seed ${values.seed}: ${error.stack}`);
  console.error(storm.relay?.log.slice(-3000));
  process.exitCode = 1;
} finally {
  await storm.remove();
}
process.exit();
