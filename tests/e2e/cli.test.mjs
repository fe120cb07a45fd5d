import assert from 'node:assert/strict';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { request } from './support/http.mjs';
import { Process, bauta, freePort, temporaryFolder } from './support/relay.mjs';
import { until } from './support/until.mjs';

async function folder(t) {
  const path = await temporaryFolder();
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('bauta init makes a folder that is its owner\'s alone, shows the key once, and never writes over it', async (t) => {
  const dir = join(await folder(t), 'new');
  const made = await bauta('init', dir);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^bauta_live_[A-Za-z0-9_-]{40,}\n$/, 'data on standard output, words on standard error');
  const key = made.stdout.trim();
  assert.ok(!made.stderr.includes(key));
  assert.match(made.stderr, /^bauta_test_[A-Za-z0-9_-]{40,}$/m, 'and a test key beside it, which is easily made again');
  assert.match(made.stderr, /^No carrier is there yet: uncomment \[\[connections\]\] .*bauta\.toml/m);
  assert.deepEqual((await readdir(dir)).sort(), ['bauta.toml', 'data', 'master.key', 'sandbox']);
  for (const file of ['bauta.toml', 'master.key']) assert.equal((await stat(join(dir, file))).mode & 0o777, 0o600, file);
  assert.equal((await bauta('config', 'check', join(dir, 'bauta.toml'))).code, 0);

  const before = await readFile(join(dir, 'master.key'), 'utf8');
  const again = await bauta('init', dir);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /init\.exists/);
  assert.equal(again.stdout, '');
  assert.equal(await readFile(join(dir, 'master.key'), 'utf8'), before);
});

test('bauta init --key-file: the key goes into a file that is its owner\'s alone, and over nothing that is there', async (t) => {
  const dir = await folder(t);
  const file = join(dir, 'first.key');
  const made = await bauta('init', join(dir, 'relay'), '--key-file', file);
  assert.deepEqual([made.code, made.stdout], [0, ''], made.stderr);
  const key = await readFile(file, 'utf8');
  assert.match(key, /^bauta_live_[A-Za-z0-9_-]{40,}\n$/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(!made.stderr.includes(key.trim()) && made.stderr.includes(file), made.stderr);

  const again = await bauta('init', join(dir, 'second'), '--key-file', file);
  assert.deepEqual([again.code, again.stdout], [1, '']);
  assert.match(again.stderr, /init\.exists/);
  assert.deepEqual((await readdir(dir)).sort(), ['first.key', 'relay'], 'nothing was made beside it');
  assert.equal(await readFile(file, 'utf8'), key);

  const json = await bauta('init', join(dir, 'third'), '--json', '--key-file', join(dir, 'third.key'));
  assert.deepEqual([JSON.parse(json.stdout).key, JSON.parse(json.stdout).key_file], [null, join(dir, 'third.key')]);

  const nowhere = await bauta('init', join(dir, 'fourth'), '--key-file', join(dir, 'none', 'first.key'));
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /init\.cannot_write/);
  assert.match(nowhere.stdout, /^bauta_live_/, 'a key that could not be written is not lost');
});

test('bauta config check names every fault and its line', async (t) => {
  const dir = await folder(t);
  const check = async (text) => {
    const file = join(dir, 'bauta.toml');
    await writeFile(file, text);
    return bauta('config', 'check', file);
  };
  const faulty = await check('[public]\nlisten = 5\n[relay]\nunknown_wait_secnds = 3\nconflict_tries = 0\n[serverr]\n[[connections]]\nname = "x"\ntype = "pigeon"\n');
  assert.equal(faulty.code, 1);
  assert.match(faulty.stderr, /config\.invalid/);
  for (const [name, line] of [['public.listen', 2], ['relay.unknown_wait_secnds', 4], ['relay.conflict_tries', 5], ['serverr', 6], ['connections.0.type', 9], ['connections.0.token', 7]]) {
    assert.match(faulty.stderr, new RegExp(`${name.replaceAll('.', '\\.')}: config\\.\\w+: line ${line}: `), faulty.stderr);
  }
  assert.match(faulty.stderr, /did you mean unknown_wait_seconds\?/);

  const unreadable = await check('[public]\nlisten = \n');
  assert.equal(unreadable.code, 1);
  assert.match(unreadable.stderr, /line 2/);
  const missing = await bauta('config', 'check', join(dir, 'nothing.toml'));
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /config\.file_missing/);
  assert.match((await bauta('config', 'reference')).stdout, /unknown_wait_seconds = 60\n/);
});

test('version, help, and wrong usage', async () => {
  const version = await bauta('version');
  assert.equal(version.code, 0);
  assert.match(version.stdout, /^bauta \d+\.\d+\.\d+ /);
  for (const args of [['--help'], ['serve', '--help'], ['config', 'check', '--help']]) {
    const help = await bauta(...args);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Usage|bauta/);
  }
  for (const args of [[], ['fly'], ['serve'], ['init'], ['serve', '--config', 'a', '--nonsense']]) {
    const wrong = await bauta(...args);
    assert.equal(wrong.code, 2, args.join(' '));
    assert.notEqual(wrong.stderr, '');
  }
  assert.match((await bauta('fly')).stderr, /no command 'fly'/);
});

test('bauta serve says what keeps it from starting', async (t) => {
  const dir = await folder(t);
  const missing = await bauta('serve', '--config', join(dir, 'bauta.toml'));
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /config\.file_missing/);

  assert.equal((await bauta('init', dir)).code, 0);
  const config = join(dir, 'bauta.toml');
  const listen = (await readFile(config, 'utf8')).replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:0');
  await writeFile(config, listen);
  const first = new Process(['serve', '--config', config]);
  t.after(() => first.end('SIGKILL'));
  await first.says(/ started /);
  // Two relays on one store would be worse than none.
  const second = await bauta('serve', '--config', config);
  assert.equal(second.code, 1, second.stderr);
  assert.match(second.stderr, /storage\./);
  assert.deepEqual(await first.end(), { code: 0, signal: null });

  await writeFile(join(dir, 'master.key'), (await bauta('init', join(dir, 'other'))).code === 0 ? await readFile(join(dir, 'other', 'master.key')) : '');
  const foreign = await bauta('serve', '--config', config);
  assert.equal(foreign.code, 1, foreign.stderr);
  assert.match(foreign.stderr, /seal\./);
});

/** The curl commands of a text: {method, url, headers, body}. */
function curls(text) {
  return [...text.replaceAll('\\\n', ' ').matchAll(/^ *curl .*$/gm)].map(([line]) => {
    const options = [...line.matchAll(/ -([XHd]) ('[^']*'|\S+)/g)].map(([, name, value]) => [name, value.replaceAll('\'', '')]);
    const of = (name) => options.filter(([one]) => one === name).map(([, value]) => value);
    const [body] = of('d');
    return {
      method: of('X')[0] ?? (body === undefined ? 'GET' : 'POST'),
      url: new URL(line.match(/https?:\/\/[^\s']+/)[0]),
      headers: Object.fromEntries([...(body === undefined ? [] : ['Content-Type: application/x-www-form-urlencoded']), ...of('H')]
        .map((header) => header.split(/: (.*)/).slice(0, 2))),
      body,
    };
  });
}

test('bauta dev --memory starts, and the curl lines that it prints work', { timeout: 60_000 }, async (t) => {
  const dir = await folder(t);
  const ports = [await freePort(), await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const dev = new Process(['dev', '--memory', '--dir', dir, '--listen', ports[0], '--admin-listen', ports[1], '--handsets-listen', ports[2]]);
  t.after(() => dev.end('SIGKILL'));
  await dev.says(/\/handsets\/inbox -d .*\n/, 30);
  assert.match(dev.output, /not for production/);
  const [open, write, look] = curls(dev.output);
  const ask = async ({ method, url, headers, body }) => {
    const answer = await request(method, url.host, url.pathname + url.search, { headers, body });
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  const session = await ask(open);
  const line = session.participants[0].virtual_number;
  await ask({ ...write, body: write.body.replace('VIRTUAL_NUMBER', line) });
  const [text] = await until('the text is on the other phone', async () => {
    const { texts } = await ask(look);
    return texts.length > 0 && texts;
  });
  assert.deepEqual([text.text, text.from], ['Hello!', session.participants[1].virtual_number]);

  const [, BAUTA_URL, BAUTA_KEY] = dev.output.match(/^ {2}export BAUTA_URL=(\S+) BAUTA_KEY=(\S+)$/m);
  const commands = [...dev.output.matchAll(/^ {2}bauta (.*)$/gm)].map(([, words]) => words.split(' '));
  assert.equal(commands.length, 2);
  for (const words of commands) {
    const command = new Process(words, { BAUTA_URL, BAUTA_KEY });
    assert.deepEqual(await command.ended, { code: 0, signal: null }, command.output);
    assert.match(command.output, /\bses_[a-z0-9]{26}\b/);
  }

  assert.deepEqual(await dev.end('SIGINT'), { code: 0, signal: null });
  await assert.rejects(request('GET', ports[2], '/handsets/stats'), 'its phones end with it');
});

test('bauta dev --json says to a program where it is, and its keys', { timeout: 60_000 }, async (t) => {
  const [listen, admin, handsets] = [await freePort(), await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const dev = new Process(['dev', '--memory', '--json', '--dir', await folder(t), '--listen', listen, '--admin-listen', admin, '--handsets-listen', handsets]);
  t.after(() => dev.end('SIGKILL'));
  const [line] = await dev.says(/^\{.*\}$/m, 30);
  const told = JSON.parse(line);
  assert.deepEqual([told.url, told.admin, told.handsets, told.folder], [`http://${listen}`, `http://${admin}`, `http://${handsets}`, null]);
  const list = new Process(['session', 'list', '--json'], { BAUTA_URL: told.url, BAUTA_KEY: told.key });
  assert.deepEqual([await list.ended, JSON.parse(list.output).data], [{ code: 0, signal: null }, []]);
  assert.match(told.test_key, /^bauta_test_/);
  assert.deepEqual(await dev.end('SIGINT'), { code: 0, signal: null });
});

test('bauta dev says which of its addresses is taken, and which option chooses another', { timeout: 60_000 }, async (t) => {
  const dir = await folder(t);
  const taken = createServer();
  await new Promise((listening) => taken.listen(0, '127.0.0.1', listening));
  t.after(() => taken.close());
  const address = `127.0.0.1:${taken.address().port}`;
  const free = `127.0.0.1:${await freePort()}`;
  const phones = ['--handsets-listen', `127.0.0.1:${await freePort()}`];
  for (const [option, other] of [['--listen', '--admin-listen'], ['--admin-listen', '--listen']]) {
    for (const kind of ['--memory', '--demo']) {
      const { code, stdout, stderr } = await bauta('dev', kind, '--dir', join(dir, kind), option, address, other, free, ...phones);
      assert.deepEqual([code, stdout], [1, '']);
      assert.equal(stderr, `bauta dev: dev.failed: cannot listen on ${address}: Address already in use; choose another address with ${option}\n`);
    }
  }
  const all = await bauta('dev', '--memory', '--dir', join(dir, 'all'), ...['--listen', '--admin-listen', '--handsets-listen'].flatMap((option) => [option, address]));
  assert.equal(all.code, 1);
  for (const option of ['--listen', '--admin-listen', '--handsets-listen']) assert.ok(all.stderr.includes(`choose another address with ${option}`), all.stderr);
  assert.deepEqual(await readdir(dir), [], 'nothing was made');
});

test('help and version are found where people look for them', async () => {
  const [whole, same] = [await bauta('--help'), await bauta('help')];
  assert.deepEqual([same.code, same.stdout], [0, whole.stdout]);
  assert.equal((await bauta('help', 'session', 'open')).stdout, (await bauta('session', 'open', '--help')).stdout);
  assert.match((await bauta('session', '--help')).stdout, /bauta session COMMAND --help/);
  const version = await bauta('--version');
  assert.equal(version.code, 0);
  assert.ok((await bauta('version')).stdout.startsWith(version.stdout.trim()));
  assert.equal((await bauta('help', 'nonsense')).code, 2);
});

test('what other programs read is JSON on standard output: init, version, config', async (t) => {
  const dir = join(await folder(t), 'new');
  const json = async (code, ...args) => {
    const said = await bauta(...args, '--json');
    assert.equal(said.code, code, said.stderr);
    return [JSON.parse(said.stdout), said.stderr];
  };
  const [made, words] = await json(0, 'init', dir);
  assert.deepEqual(Object.keys(made).sort(), ['config', 'key', 'test_key']);
  assert.match(made.key, /^bauta_live_/);
  assert.match(made.test_key, /^bauta_test_/);
  for (const secret of [made.key, made.test_key]) assert.ok(!words.includes(secret));

  const [version] = await json(0, 'version');
  assert.ok((await bauta('version')).stdout.startsWith(`bauta ${version.version} (${version.revision})\n`));
  assert.deepEqual(Object.keys(version.libraries).sort(), ['boost', 'libsodium', 'openssl', 'rocksdb']);

  assert.deepEqual(await json(0, 'config', 'check', made.config), [{ file: made.config, fine: true, faults: [], notes: [], callbacks: [] }, '']);
  const carrier = join(dir, 'carrier.toml');
  await writeFile(carrier, `${await readFile(made.config, 'utf8')}
[[connections]]\nname = "twilio"\ntype = "twilio"\ntoken = "0123456789abcdef"\naccount_sid = "AC00000000000000000000000000000001"\nauth_token = "a"\n`);
  const inbound = 'http://127.0.0.1:8080/carriers/twilio/0123456789abcdef/inbound';
  const [warned] = await json(0, 'config', 'check', carrier);
  assert.deepEqual(warned.callbacks, [{ connection: 'twilio', inbound }]);
  assert.match(warned.notes.join(), /^twilio: \[public\] url is not set/);
  const spoken = await bauta('config', 'check', carrier);
  assert.ok(spoken.stdout.endsWith(`is fine\ntwilio: numbers' webhook ${inbound}\n`), spoken.stdout);
  assert.match(spoken.stderr, /^note: twilio: /);
  const wrong = join(dir, 'wrong.toml');
  await writeFile(wrong, '[public]\nlisten = 8\nlissten = "x"\n');
  const [found] = await json(1, 'config', 'check', wrong);
  assert.equal(found.fine, false);
  assert.ok(found.faults.some((fault) => fault.setting === 'public.listen' && fault.code === 'config.wrong_type'), JSON.stringify(found));
  const [missing] = await json(1, 'config', 'check', join(dir, 'none.toml'));
  assert.deepEqual(missing.faults.map((fault) => [fault.setting, fault.code]), [[null, 'config.file_missing']]);

  const [{ settings, connections }] = await json(0, 'config', 'reference');
  const listen = settings.find((setting) => setting.name === 'public.listen');
  assert.deepEqual([listen.environment, listen.type, listen.live], ['BAUTA_PUBLIC_LISTEN', 'text', false]);
  assert.ok(connections.some((setting) => setting.name === 'connections.auth_token' && setting.secret));
});
