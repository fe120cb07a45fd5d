import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `source`, a file in this folder, built in `folder` as what LD_PRELOAD takes: its path; null where there is no compiler for it. */
export async function preloadable(folder, source) {
  const library = join(folder, `${basename(source, '.c')}.so`);
  for (const compiler of ['clang-19', 'cc', 'gcc', 'clang']) {
    try {
      await run(compiler, ['-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, new URL(source, import.meta.url).pathname, '-ldl']);
      return library;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return null;
}
