// `bauta trigger`, `bauta webhooks`, and what every client command exits with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { Endpoint, verify } from './support/endpoint.mjs';
import { A, B, V1, V2 } from './support/people.mjs';
import { BAUTA, Process, bauta, freePort, temporaryFolder } from './support/relay.mjs';
import { world } from './support/world.mjs';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function run(args, environment = {}) {
  const child = spawn(BAUTA, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ran = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (chunk) => { ran[stream] += chunk; });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...ran })));
}

/** Every command with its examples, as the reference has them. */
async function reference() {
  const { stdout } = await bauta('man', '--markdown');
  return [...stdout.matchAll(/^### (bauta [^\n]*)\n([\s\S]*?)\n```\n([\s\S]*?)```/gm)].map(([, name, text, examples]) =>
    ({ name, asksServer: text.includes('`--json`') && !/^bauta (signature|store|version|config|init|dev|clock|backup|doctor)/.test(name), examples: examples.trimEnd().split('\n') }));
}

/** The words of an example, without what is done with its output. */
function wordsOf(example) {
  const words = example.slice(example.indexOf('bauta ') + 6).match(/'[^']*'|\S+/g).map((word) => word.replaceAll('\'', ''));
  const end = words.findIndex((word) => ['|', '>', '<'].includes(word));
  return end < 0 ? words : words.slice(0, end);
}

test('every type that can be triggered happens', { timeout: 300_000 }, async (t) => {
  const dir = await temporaryFolder();
  t.after(() => rm(dir, { recursive: true, force: true }));
  const [api, admin, phones] = [await freePort(), await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const dev = new Process(['dev', '--memory', '--dir', dir, '--listen', api, '--admin-listen', admin, '--handsets-listen', phones]);
  t.after(() => dev.end());  // SIGKILL would leave its phones behind
  await dev.says(/\/handsets\/inbox -d .*\n/, 60);
  const environment = { BAUTA_URL: `http://${api}`, BAUTA_KEY: dev.output.match(/bauta_live_\S+/)[0] };
  const help = (await bauta('trigger', '--help')).stdout.replaceAll('\n', ' ');
  const [, any, ofTestKeys] = help.replaceAll(/ +/g, ' ').match(/What can happen: (.*?); with a test key also (.*?), of which message\.unconfirmed .*\. Of every type/);
  const types = any.split(', ');
  assert.ok(types.length >= 15 && types.includes('message.delivered'), types.join());
  const endpoint = await Endpoint.start(t);
  const told = (await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')).split('\n');
  for (const type of types) {
    const { code, stdout, stderr } = await run(['trigger', type, '--handsets', `http://${phones}`, '--json'], environment);
    assert.equal(code, 0, `${type}: ${stderr}`);
    const event = JSON.parse(stdout);
    assert.equal(event.type, type);
    const sample = JSON.parse((await run(['trigger', type, '--sample-to', endpoint.url, '--json'], { ...environment, BAUTA_SIGNING_SECRET: SECRET })).stdout);
    const names = Object.keys(event.data).filter((name) => !['warning', 'participants'].includes(name));
    assert.deepEqual(Object.keys(sample.data).sort(), names.sort(), `the sample of ${type}`);
    assert.equal(sample.session === null, event.session === null, `the session of ${type}`);
    const row = told.find((line) => line.startsWith('| ') && line.split(' | ')[0].includes(`\`${type}\``));
    assert.ok(row, `docs/webhooks.md says nothing of ${type}`);
    for (const name of names) assert.ok(/as `message|as above/.test(row) || row.includes(`\`${name}\``), `docs/webhooks.md: ${type} has ${name}`);
  }
  // With a test key it happens in the sandbox.
  const inSandbox = { ...environment, BAUTA_KEY: dev.output.match(/bauta_test_\S+/)[0] };
  for (const type of ['message.received', 'message.delivered', 'participant.opted_out', 'inbound.unrouted']) {
    const { code, stdout, stderr } = await run(['trigger', type, '--json'], inSandbox);
    assert.equal(code, 0, `${type}: ${stderr}`);
    assert.equal(JSON.parse(stdout).type, type);
  }
  // What networks do only at times, phones of the sandbox do always.
  assert.equal(ofTestKeys, 'message.failed, message.unconfirmed, message.undelivered, message.unknown');
  for (const type of ofTestKeys.split(', ')) {
    const refused = await run(['trigger', type, '--handsets', `http://${phones}`], environment);
    assert.deepEqual([refused.code, /^bauta: trigger\.sandbox_only: /.test(refused.stderr)], [1, true], type);
    const { code, stdout, stderr } = await run(['trigger', type, '--json'], inSandbox);
    assert.equal(code, 0, `${type}: ${stderr}`);
    const event = JSON.parse(stdout);
    assert.deepEqual([event.type, event.session.slice(0, 4), event.data.message.slice(0, 4)], [type, 'ses_', 'msg_']);
  }
  assert.ok(Math.abs(JSON.parse((await run(['sandbox', 'clock', '--json'], inSandbox)).stdout).ahead_seconds - 73 * 3600) <= 1);
  assert.equal((await run(['trigger', 'pool.low'], environment)).code, 2);
  assert.equal((await run(['trigger', 'number.flown'], environment)).code, 2);
});

test('nothing is triggered on the numbers of another carrier; samples go anywhere', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const environment = { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const refused = await run(['trigger', 'message.delivered'], environment);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /trigger\.not_simulated|pool\.exhausted/);
  assert.equal(carrier.posts.length, 0);
  const endpoint = await Endpoint.start(t);
  const secret = SECRET;
  const sent = await run(['trigger', 'pool.low', '--sample-to', endpoint.url, '--json'], { ...environment, BAUTA_SIGNING_SECRET: secret });
  assert.equal(sent.code, 0, sent.stderr);
  const [post] = await endpoint.received(1);
  verify(post, secret);
  assert.deepEqual([post.event.type, JSON.parse(sent.stdout).id], ['pool.low', post.headers['webhook-id']]);
});

test('a webhook\'s life at the command line', async (t) => {
  const endpoint = await Endpoint.start(t);
  const { relay } = await world({ t, settings: { webhooks: { allow_private: ['127.0.0.0/8'] } } });
  const command = (...args) => run(args, { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key });
  const json = async (...args) => {
    const { code, stdout, stderr } = await command(...args, '--json');
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const made = await command('webhooks', 'create', endpoint.url, '--type', 'number.*');
  assert.match(made.stdout, /^whsec_\S+\n$/);
  const [{ id }] = (await json('webhooks', 'list')).data;
  assert.match(made.stderr, new RegExp(id));
  assert.equal((await json('webhooks', 'test', id)).result, 'delivered');
  verify((await endpoint.received(1))[0], made.stdout.trim());
  const nowhere = await command('webhooks', 'create', `http://127.0.0.1:${await freePort()}/hook`, '--type', 'pool.*');
  const [dead] = nowhere.stderr.match(/whk_\w+/);
  const untaken = await command('webhooks', 'test', dead);
  assert.equal(untaken.code, 1, 'a script sees that nobody was there');
  assert.match(untaken.stdout, /^result +unreachable$/m);
  assert.match(untaken.stderr, /^bauta: webhook\.not_delivered: .*unreachable/);
  assert.match((await command('webhooks', 'list')).stdout, /^ID .* FAILING SINCE$/m);
  await command('webhooks', 'delete', dead);
  await relay.addNumbers(V1);
  await endpoint.received(2);
  assert.deepEqual((await json('webhooks', 'show', id)).types, ['number.*']);
  const rotated = await command('webhooks', 'rotate-secret', id, '--overlap-seconds', '60');
  assert.match(rotated.stdout, /^whsec_\S+\n$/);
  await json('webhooks', 'replay', id, endpoint.posts[1].event.id);
  await endpoint.received(3);
  verify(endpoint.posts[2], rotated.stdout.trim());
  const told = endpoint.posts[1].event.id;
  await json('webhooks', 'replay', id, told, '--to', told);
  await endpoint.received(4);
  assert.equal(endpoint.posts[3].event.id, told);
  assert.match((await command('webhooks', 'attempts', id)).stdout, /number\.added .*delivered +200/);
  assert.equal((await json('webhooks', 'disable', id)).status, 'disabled');
  assert.equal((await json('webhooks', 'enable', id)).status, 'active');
  assert.deepEqual({ ...await command('webhooks', 'delete', id), stderr: '' }, { code: 0, stdout: '', stderr: '' });
  assert.match((await command('webhooks', 'show', id)).stderr, /webhook\.not_found/);
});

test('every client command exits as api.md says: refused, wrong usage, unreachable', { timeout: 300_000 }, async (t) => {
  const { relay } = await world({ t });
  const [answered, nobody] = [`http://${relay.address}`, `http://127.0.0.1:${await freePort()}`];
  const commands = (await reference()).filter((command) => command.asksServer);
  assert.ok(commands.length > 40, `${commands.length} commands`);
  const exits = { refused: {}, unreachable: {}, wrong: {} };
  for (const { name, examples } of commands) {
    // What reads a file that is not there is wrong usage: its own test has it.
    const words = examples.map(wordsOf).find((args) => !args.includes('-') && !args.includes('--secret-file'));
    if (!words) continue;
    const environment = { BAUTA_KEY: `bauta_live_${'x'.repeat(43)}`, BAUTA_SIGNING_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    [exits.refused[name], exits.unreachable[name], exits.wrong[name]] = (await Promise.all([
      run(words, { ...environment, BAUTA_URL: answered }),
      run(words, { ...environment, BAUTA_URL: nobody }),
      run([...words, '--no-such-option'], { ...environment, BAUTA_URL: nobody }),
    ])).map((ended) => ended.code);
  }
  for (const [kind, code] of [['refused', 1], ['unreachable', 3], ['wrong', 2]])
    assert.deepEqual(Object.entries(exits[kind]).filter(([, got]) => got !== code), [], kind);
});
