import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = new URL('failing_disk.c', import.meta.url).pathname;

const VARIABLES = { fsync: 'BAUTA_FSYNC_FAILS_AT', full: 'BAUTA_DISK_FULL_AT' };

/** What loads failing_disk.c into a process: its environment, once built in `folder`: (fault, k) -> variables; null where there is no compiler for it. */
export async function failingDisk(folder) {
  const library = join(folder, 'failing_disk.so');
  for (const compiler of ['clang-19', 'cc', 'gcc', 'clang']) {
    try {
      await run(compiler, ['-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
      return (fault, at) => ({ LD_PRELOAD: library, [VARIABLES[fault]]: String(at) });
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return null;
}
