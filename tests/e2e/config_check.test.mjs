// What a new user gets wrong in a configuration is found before the relay runs.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Process, bauta, temporaryFolder } from './support/relay.mjs';

async function installation(t) {
  const dir = await temporaryFolder();
  t.after(() => rm(dir, { recursive: true, force: true }));
  const made = await bauta('init', dir);
  assert.equal(made.code, 0, made.stderr);
  const file = join(dir, 'bauta.toml');
  const check = async (text) => {
    await writeFile(file, text);
    const { code, stdout } = await bauta('config', 'check', file, '--json');
    const found = JSON.parse(stdout);
    assert.equal(code, found.fine ? 0 : 1);
    return found;
  };
  return { dir, file, check };
}

const ACCOUNT = `AC${'0'.repeat(31)}1`;
const twilio = (account, more = '') =>
  `[[connections]]\nname = "t"\ntype = "twilio"\ntoken = "0123456789abcdef"\nauth_token = "x"\naccount_sid = "${account}"\n${more}`;

// The process ended with an exception that nobody caught.
test('a folder where a file belongs is told as one, by every command that reads a configuration', async (t) => {
  const { dir, file } = await installation(t);
  for (const words of [
    ['config', 'check', dir], ['serve', '--config', dir], ['store', 'verify', '--config', dir], ['backup', 'list', '--config', dir],
  ]) {
    const refused = await bauta(...words);
    assert.equal(refused.code, 1, words.join(' '));
    assert.ok(refused.stderr.includes(`config.file_is_folder: ${dir} is a folder, not a file; did you mean ${file}?`), refused.stderr);
  }
  const ill = await bauta('doctor', '--config', dir);
  assert.equal(ill.code, 1);
  assert.match(ill.stdout, /^failing {2}configuration: .* is a folder, not a file; did you mean /m);
});

test('what cannot work is a fault: an account of no form, a key that is not there, two listeners at one address', async (t) => {
  const { check } = await installation(t);
  const faults = async (text) => (await check(text)).faults.map(({ setting, code }) => `${setting} ${code}`);
  const key = '[master_key]\nfile = "master.key"\n';
  assert.deepEqual(await faults(key + twilio(ACCOUNT)), []);
  for (const account of ['AC…', 'XX123'])
    assert.deepEqual(await faults(key + twilio(account)), ['connections.0.account_sid config.bad_value'], account);
  assert.deepEqual(await faults('[master_key]\nfile = "none.key"\n'), ['master_key.file config.file_missing']);
  assert.deepEqual(await faults('[master_key]\nfile = "none.key"\n[storage]\nengine = "memory"\n'), []);
  assert.deepEqual(await faults(`${key}[public]\nlisten = "0.0.0.0:8080"\n[admin]\nlisten = "127.0.0.1:8080"\n`), ['admin.listen config.bad_value']);
  const { faults: [settled] } = await check('[public]\n\nlisten = ":8080"\n');
  assert.match(settled.detail, /^line 3: /);
});

test('what is doubtful is a note: http to elsewhere, a URL that Twilio cannot reach, a variable that sets nothing', async (t) => {
  const { file, check } = await installation(t);
  const key = '[master_key]\nfile = "master.key"\n';
  const notes = async (url, more = '') => (await check(`${key}[public]\nurl = "${url}"\n${twilio(ACCOUNT, more)}`)).notes;
  assert.deepEqual(await notes('https://relay.example.com'), []);
  assert.match((await notes('http://relay.example.com')).join(), /^\[public\] url is http/);
  assert.match((await notes('https://localhost:8443')).join(), /^t: \[public\] url is https:\/\/localhost:8443, which Twilio cannot reach/);
  assert.deepEqual(await notes('http://127.0.0.1:8080', 'api_url = "http://127.0.0.1:8090"\n'), []);
  assert.match((await notes('https://relay.example.com', 'api_url = "http://api.example.com"\n')).join(), /^t: api_url is http/);

  const checked = new Process(['config', 'check', file], { BAUTA_PUBLIC_LISTN: 'hunter2', BAUTA_KEY: 'x' });
  assert.deepEqual(await checked.ended, { code: 0, signal: null });
  assert.match(checked.output, /^note: BAUTA_PUBLIC_LISTN sets nothing; did you mean BAUTA_PUBLIC_LISTEN\?$/m);
  assert.doesNotMatch(checked.output, /BAUTA_KEY|hunter2/);
});
