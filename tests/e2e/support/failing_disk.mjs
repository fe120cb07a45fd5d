import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = new URL('failing_disk.c', import.meta.url).pathname;

/** What loads failing_disk.c into a process: its environment, once built in `folder`; null where there is no compiler for it. */
export async function failingDisk(folder) {
  const library = join(folder, 'failing_disk.so');
  for (const compiler of ['clang-19', 'cc', 'gcc', 'clang']) {
    try {
      await run(compiler, ['-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
      return (failsAt) => ({ LD_PRELOAD: library, BAUTA_FSYNC_FAILS_AT: String(failsAt) });
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return null;
}
