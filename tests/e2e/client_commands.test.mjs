// The binary as a client of itself: what its commands print, and what they exit with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { A, B, STRANGER, V1, V2, V3, V4, berliner } from './support/people.mjs';
import { BAUTA, Process, freePort } from './support/relay.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

/** A command with what its environment and standard input bring; its exit code and what it wrote. */
function run(args, { environment = {}, input = '' } = {}) {
  const { BAUTA_KEY, BAUTA_URL, ...others } = process.env;
  const child = spawn(BAUTA, args, { env: { ...others, ...environment } });
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (chunk) => { written[stream] += chunk; });
  child.stdin.on('error', () => {});  // a command that reads nothing of it may be gone already
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...written }));
  });
}

/** `bauta ARGS` as a client of this server. */
function clientOf(url, key) {
  const client = (...args) => run(args, { environment: { BAUTA_URL: url, BAUTA_KEY: key } });
  client.reading = (input, ...args) => run(args, { environment: { BAUTA_URL: url, BAUTA_KEY: key }, input });
  /** It must be done; what it printed. */
  client.done = async (...args) => {
    const ran = await client(...args);
    assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  };
  client.json = async (...args) => JSON.parse(await client.done(...args, '--json'));
  client.refused = async (code, ...args) => {
    const ran = await client(...args);
    assert.deepEqual([ran.code, ran.stdout], [1, ''], `${args.join(' ')}: ${ran.stderr}`);
    assert.ok(ran.stderr.startsWith(`bauta: ${code}: `), ran.stderr);
    return ran.stderr;
  };
  return client;
}

/** A table's rows by the titles of its columns; every cell begins below its title, or ends below its end. */
function rowsOf(table) {
  const [head, ...lines] = table.trimEnd().split('\n');
  const titles = [...head.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ title: match[0], from: match.index, to: match.index + match[0].length }));
  return lines.map((line) => {
    const cells = [...line.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ text: match[0], from: match.index, to: match.index + match[0].length }));
    return Object.fromEntries(titles.map(({ title, from, to }) => {
      const cell = cells.find((one) => one.from === from) ?? cells.find((one) => one.to === to);
      assert.ok(cell, `nothing stands below ${title} in:\n${table}`);
      return [title, cell.text];
    }));
  });
}

/** The lines of one thing: {field: value}. */
const fieldsOf = (text) => Object.fromEntries(text.split('\n\n')[0].trimEnd().split('\n').map((line) => line.split(/ {2,}/)));

test('a platform\'s day at the command line', { timeout: 60_000 }, async (t) => {
  const { relay, carrier } = await world({ t });
  const url = `http://${relay.address}`;
  const first = clientOf(url, relay.key);

  // A key of one's own, led into a file as it comes.
  const made = await first('key', 'create', '--label', 'desk', ...['sessions:read', 'sessions:write', 'addresses:read', 'messages:read', 'messages:write',
    'numbers:read', 'numbers:write', 'events:read'].flatMap((scope) => ['--scope', scope]));
  assert.match(made.stdout, /^bauta_live_\S{40,}\n$/);
  assert.match(made.stderr, /^made key_\w+; its secret is shown only now:\n$/);
  const keyFile = join(relay.folder, 'desk.key');
  await writeFile(keyFile, made.stdout, { mode: 0o600 });
  const bauta = clientOf(url, made.stdout.trim());
  const keys = rowsOf(await first.done('key', 'list'));
  assert.deepEqual(keys.map((key) => key.LABEL).sort(), ['desk', 'first']);

  // Numbers: one by hand, the others from a file with a faulty line.
  const number = fieldsOf(await bauta.done('numbers', 'add', V1, '--connection', 'twilio', '--rate-per-second', '100', '--tag', 'by hand'));
  assert.deepEqual([number.number, number.status, number.rate_per_second, number['locality.area_code'], number.tags], [V1, 'active', '100', '202', 'by hand']);
  const csv = `number,connection,rate_per_second,reserved,tags\n${V2},twilio,100,,a;b\n"12",twilio,,,\n${V3},twilio,,true,\n${V1},twilio,,,\n${V4},twilio,fast,,\n`;
  await writeFile(join(relay.folder, 'numbers.csv'), csv);
  const imported = await bauta('numbers', 'import', join(relay.folder, 'numbers.csv'));
  assert.equal(imported.code, 1);
  assert.equal(imported.stdout, '');
  assert.match(imported.stderr, /^line 3: number: number\.invalid: .*\nline 5: number\.taken: .*\nline 6: csv\.value: rate_per_second .*\n2 of 5 numbers added\nbauta: numbers\.not_all_added: 3 /);
  const again = await bauta.reading(csv, 'numbers', 'import', '-', '--json');
  assert.equal(again.code, 1);
  assert.deepEqual(JSON.parse(again.stdout).data.map((one) => [one.line, one.number, one.error.code]),
    [[2, V2, 'number.taken'], [3, null, 'number.invalid'], [4, V3, 'number.taken'], [5, V1, 'number.taken'], [6, null, 'csv.value']]);

  const pool = rowsOf(await bauta.done('numbers', 'list'));
  assert.deepEqual(pool.map((one) => [one.NUMBER, one.STATUS, one.COUNTRY, one.TAGS]).sort(),
    [[V1, 'active', 'US', 'by hand'], [V3, 'reserved', 'US', '-'], [V2, 'active', 'DE', 'a,b']].sort());
  assert.deepEqual((await bauta.json('numbers', 'list', '--status', 'reserved')).data.map((one) => one.number), [V3]);
  const newest = await bauta('numbers', 'list', '--limit', '2');
  assert.equal(rowsOf(newest.stdout).length, 2);
  assert.match(newest.stderr, /there are more/);

  // A conversation.
  const opened = await bauta.done('session', 'open', '--participant', `${A},label=Host`, '--participant', `${B},label=Guest,language=de`,
    '--unique-name', 'stay-8812', '--ttl-seconds', '7200', '--metadata', 'stay=8812');
  const session = fieldsOf(opened);
  assert.deepEqual([session.status, session.unique_name, session.metadata], ['open', 'stay-8812', 'stay=8812']);
  const people = rowsOf(opened.split('\n\n')[1]);
  assert.deepEqual(people.map((one) => [one.LABEL, one.ADDRESS, one.TEXTS, one.STATE, one.LANGUAGE]), [['Host', A, V1, 'active', '-'], ['Guest', B, V2, 'active', 'de']]);
  const [listed] = rowsOf(await bauta.done('session', 'list', '--status', 'open'));
  assert.deepEqual([listed.ID, listed.NAME, listed.PARTICIPANTS], [session.id, 'stay-8812', 'Host, Guest']);

  const sent = await bauta.json('send', session.id, 'Check-in is from 3 pm.');
  const alone = await bauta.reading('Only\nyou. 🦀\n', 'send', session.id, '-', '--to', people[1].PARTICIPANT);
  assert.equal(alone.code, 0, alone.stderr);
  await carrier.received(3);
  assert.deepEqual(carrier.posts.map((post) => [post.To, post.Body]).sort(),
    [[A, 'Check-in is from 3 pm.'], [B, 'Check-in is from 3 pm.'], [B, 'Only\nyou. 🦀']].sort());
  const messages = await until('all are sent', async () => {
    const rows = rowsOf(await bauta.done('messages', session.id));
    return rows.every((row) => !/queued|claimed/.test(row.DELIVERIES)) && rows;
  });
  assert.deepEqual(messages.map((one) => [one.FROM, one.DELIVERIES, one.TEXT]), [['platform', 'sent,sent', 'Check-in is from 3 pm.'], ['platform', 'sent', 'Only\\nyou. 🦀']]);
  assert.deepEqual((await bauta.json('messages', session.id)).data.map((one) => one.id), [fieldsOf(alone.stdout).id, sent.id], 'JSON is the API\'s: newest first');

  const before = await bauta.json('session', 'show', session.id);
  const extended = await bauta.json('session', 'extend', session.id, '--ttl-seconds', '86400');
  assert.ok(extended.expires_at > before.expires_at);
  assert.equal(fieldsOf(await bauta.done('session', 'close', session.id)).closed_reason, 'api');
  await bauta.refused('session.closed', 'send', session.id, 'Too late.');
  const events = rowsOf(await bauta.done('events', '--limit', '100'));
  assert.deepEqual(events.map((one) => Number(one.SEQUENCE)), events.map((one) => Number(one.SEQUENCE)).sort((a, b) => a - b), 'the oldest first');
  assert.equal(events.at(-1).TYPE, 'session.closed');
  const erased = await bauta('session', 'erase', session.id);
  assert.deepEqual([erased.code, erased.stdout], [0, '']);
  await bauta.refused('session.not_found', 'session', 'show', session.id);

  // A session from a file, its people's addresses on no command line.
  const fromFile = await bauta.reading(JSON.stringify({ participants: [{ address: STRANGER }, { address: berliner(7) }] }), 'session', 'open', '--file', '-', '--json');
  assert.equal(fromFile.code, 0, fromFile.stderr);
  assert.deepEqual(JSON.parse(fromFile.stdout).participants.map((one) => one.address), [STRANGER, berliner(7)]);

  assert.equal(fieldsOf(await bauta.done('numbers', 'drain', V3)).status, 'draining');
  await bauta.done('numbers', 'remove', V3);
  await bauta.refused('number.not_found', 'numbers', 'show', V3);
  await bauta.refused('number.in_use', 'numbers', 'remove', V1);

  // Services.
  assert.equal(fieldsOf(await first.done('service', 'create', 'rides', '--display-name', 'Example Rides')).display_name, 'Example Rides');
  assert.equal((await first.json('service', 'set', 'rides', '--cooling-seconds', '60', '--answer-ended', 'false')).answer_ended, false);
  assert.equal(fieldsOf(await first.done('service', 'show', 'rides')).cooling_seconds, '60');
  assert.deepEqual(rowsOf(await first.done('service', 'list')).map((one) => one.NAME).sort(), ['default', 'rides']);
  assert.deepEqual((await first.json('session', 'list', '--service', 'rides')).data, []);
  await first.refused('service.not_found', 'session', 'list', '--service', 'walks');
  assert.match(await first.done('account', 'create', 'rival'), /^bauta_live_\S{43}\n$/);
  assert.deepEqual(rowsOf(await first.done('account', 'list')).map((one) => one.NAME).sort(), ['default', 'rival']);
  await first.refused('account.name_taken', 'account', 'create', 'rival');
  await bauta.refused('auth.scope_missing', 'account', 'list');
  await first.done('service', 'remove', 'rides');
  await first.refused('service.not_found', 'service', 'show', 'rides');
  await first.refused('service.in_use', 'service', 'remove', 'default');

  // The key from its file; and then no more.
  const byFile = (file) => run(['numbers', 'list', '--url', url, '--key-file', file]);
  assert.deepEqual({ ...await byFile(keyFile), stdout: '' }, { code: 0, stdout: '', stderr: '' });
  assert.match((await byFile(relay.folder)).stderr, /usage\.file: cannot read .*: it is a folder$/m);
  await chmod(keyFile, 0o644);
  assert.match((await byFile(keyFile)).stderr, /chmod 600/);
  // A profile: url, key and service under one name; words and environment go before it.
  await chmod(keyFile, 0o600);
  const home = join(relay.folder, 'home');
  await mkdir(join(home, 'bauta'), { recursive: true });
  const profiles = join(home, 'bauta', 'profiles.toml');
  await writeFile(profiles, `[desk]\nurl = "${url}"\nkey_file = "${keyFile}"\n[whole]\nurl = "http://relay.invalid"\nkey = "${relay.key}"\nservice = "walks"\n`, { mode: 0o600 });
  const as = (profile, args, environment = {}) => run([...args, '--profile', profile], { environment: { XDG_CONFIG_HOME: home, ...environment } });
  assert.deepEqual({ ...await as('desk', ['numbers', 'list']), stdout: '' }, { code: 0, stdout: '', stderr: '' });
  assert.match((await as('desk', ['key', 'list'])).stderr, /auth\.scope_missing/);
  assert.equal((await as('desk', ['key', 'list'], { BAUTA_KEY: relay.key })).code, 0);
  assert.match((await as('whole', ['numbers', 'list', '--url', url])).stderr, /service\.not_found/);
  assert.equal((await as('whole', ['numbers', 'list', '--service', 'default'], { BAUTA_URL: url })).code, 0);
  const nameless = await as('walks', ['numbers', 'list']);
  assert.deepEqual([nameless.code, nameless.stdout], [2, '']);
  assert.match(nameless.stderr, /usage\.profile.*desk, whole/);
  await chmod(profiles, 0o644);
  assert.match((await as('whole', ['numbers', 'list', '--url', url, '--service', 'default'])).stderr, /profiles\.toml: chmod 600/);
  const unmade = await run(['numbers', 'list', '--profile', 'desk'], { environment: { XDG_CONFIG_HOME: relay.folder } });
  assert.equal(unmade.code, 2);
  assert.match(unmade.stderr, /usage\.profile: there are no profiles: make .*bauta\/profiles\.toml with a table \[desk\]/);
  await bauta.refused('auth.scope_missing', 'key', 'list');
  await first.done('key', 'revoke', keys.find((key) => key.LABEL === 'desk').ID);
  await bauta.refused('auth.invalid_key', 'numbers', 'list');
  await first.refused('key.not_found', 'key', 'revoke', 'key_01k9xkq4z1x2y3z4a5b6c7d8e9');
  assert.deepEqual(carrier.faults, []);
});

test('what is refused names every fault, and every way to fail has its exit code', async (t) => {
  const { relay } = await world({ t, numbers: [V1] });
  const url = `http://${relay.address}`;
  const bauta = clientOf(url, relay.key);
  const faults = await bauta.refused('request.invalid', 'session', 'open', '--participant', '+1202', '--participant', `${B},number=12`);
  assert.match(faults, /\n {2}\/participants\/0\/address: address\.invalid: .*\n {2}\/participants\/1\/virtual_number: number\.invalid: /);
  await bauta.refused('pool.exhausted', 'session', 'open', '--participant', A, '--participant', B);

  const another = `bauta_live_${'x'.repeat(43)}`;
  const wrong = await run(['key', 'list'], { environment: { BAUTA_URL: url, BAUTA_KEY: another } });
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /^bauta: auth\.invalid_key: .*the key that BAUTA_KEY brings/);
  assert.ok(!wrong.stderr.includes(another));
  const part = await run(['key', 'list'], { environment: { BAUTA_URL: url, BAUTA_KEY: 'bauta_live_qx4vBN' } });
  assert.deepEqual([part.code, part.stdout], [2, ''], 'no server is asked');
  assert.match(part.stderr, /^bauta: usage\.key: what BAUTA_KEY brings is no whole API key: it has 17 characters instead of 54/);
  assert.ok(!part.stderr.includes('qx4v'));

  for (const args of [['key'], ['key', 'fly'], ['key', 'list', '--nonsense'], ['key', 'create'], ['key', 'list', '--limit', '0'], ['session', 'show', A],
    ['messages', 'ses_../../keys'], ['numbers', 'show', 'V1'], ['session', 'open'], ['session', 'open', '--participant', `${A},labl=x`],
    ['session', 'open', '--file', '-', '--participant', A], ['session', 'extend', 'ses_1'], ['service', 'set', 'default'], ['numbers', 'import', '/nothing.csv'],
    ['key', 'list', '--url', 'relay'], ['service', 'show', B]]) {
    const ran = await bauta(...args);
    assert.deepEqual([ran.code, ran.stdout], [2, ''], `${args.join(' ')}: ${ran.stderr}`);
    assert.notEqual(ran.stderr, '');
  }
  // The command line goes before the environment.
  assert.equal((await clientOf('http://relay.invalid', relay.key)('key', 'list', '--url', url)).code, 0);
  const keyless = await run(['key', 'list'], { environment: { BAUTA_URL: url } });
  assert.equal(keyless.code, 2);
  assert.match(keyless.stderr, /BAUTA_KEY.*--key-file/);

  const nobody = `http://127.0.0.1:${await freePort()}`;
  for (const args of [['key', 'list'], ['send', 'ses_1', 'Hello'], ['events', '--follow']]) {
    const unreachable = await clientOf(nobody, relay.key)(...args);
    assert.deepEqual([unreachable.code, unreachable.stdout], [3, ''], args.join(' '));
    assert.match(unreachable.stderr, /server\.unreachable/);
  }
});

test('events are followed, also over a restart of the server', { timeout: 60_000 }, async (t) => {
  const { relay } = await world({ t, settings: { public: { listen: `127.0.0.1:${await freePort()}` } } });
  const environment = { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  await relay.addNumbers(V1);
  const follower = new Process(['events', '--follow', '--json'], environment);
  const table = new Process(['events', '--follow', '--limit', '1'], environment);
  t.after(() => Promise.all([follower.end('SIGKILL'), table.end('SIGKILL')]));
  await follower.says(new RegExp(`"number":"\\${V1}"`));
  await table.says(/SEQUENCE/);
  await relay.addNumbers(V2, V4);
  await follower.says(new RegExp(`"number":"\\${V4}"`));
  await relay.stop();
  await follower.says(/waiting: server\.unreachable/);
  await relay.start();
  await relay.addNumbers(V3);
  await follower.says(new RegExp(`"number":"\\${V3}"`));
  await table.says(new RegExp(`number=\\${V3}`));
  const events = follower.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  assert.deepEqual(events.map((one) => one.data.number), [V1, V2, V4, V3], 'each once, the oldest first');
  assert.equal(table.output.match(/SEQUENCE/g).length, 1);
});

/** What a server without its own words would be told: the requests, and answers to give. */
async function standIn(t, answers) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push(`${request.method} ${request.url} ${body}`.trimEnd());
    const [status, json] = answers[requests.length - 1];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(json === undefined ? '' : JSON.stringify(json));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { requests, client: clientOf(`http://127.0.0.1:${server.address().port}`, `bauta_live_${'x'.repeat(43)}`) };
}

test('bauta pool counts by locality', async (t) => {
  const counts = { data: [
    { country: 'US', area_code: '202', numbers: 1200, reserved: 1, draining: 0, lines_live: 33, lines_cooling: 4, refused_total: 0 },
    { country: 'SG', area_code: null, numbers: 3, reserved: 0, draining: 2, lines_live: 5, lines_cooling: 0, refused_total: 17 }] };
  const { requests, client } = await standIn(t, [[200, counts], [200, counts]]);
  assert.deepEqual(rowsOf(await client.done('pool')), [
    { COUNTRY: 'US', 'AREA CODE': '202', NUMBERS: '1200', RESERVED: '1', DRAINING: '0', LIVE: '33', COOLING: '4', REFUSED: '0' },
    { COUNTRY: 'SG', 'AREA CODE': '-', NUMBERS: '3', RESERVED: '0', DRAINING: '2', LIVE: '5', COOLING: '0', REFUSED: '17' }]);
  assert.deepEqual(await client.json('pool'), counts);
  assert.deepEqual(requests, ['GET /api/v1/pool', 'GET /api/v1/pool']);
});

test('dead letters are listed, sent again and deleted', async (t) => {
  const [message, to] = ['msg_01k9xkq4z1x2y3z4a5b6c7d8e9', 'par_01k9xkq4z1x2y3z4a5b6c7d8e9'];
  const letter = { message, to, session: null, status: 'undelivered', error: { code: 'carrier.refused', detail: 'No such +1202…42' }, created_at: '2030-01-31T12:00:00.000Z' };
  const { requests, client } = await standIn(t, [[200, { data: [letter], next_cursor: null }], [202, letter], [204]]);
  const [row] = rowsOf(await client.done('dead-letters', 'list'));
  assert.deepEqual([row.MESSAGE, row.TO, row.CODE, row.DETAIL], [message, to, 'carrier.refused', 'No such +1202…42']);
  await client.done('dead-letters', 'retry', message, to);
  await client.done('dead-letters', 'delete', message, to);
  assert.deepEqual(requests, ['GET /api/v1/dead-letters?limit=50', `POST /api/v1/dead-letters/${message}/${to}/retry {}`, `DELETE /api/v1/dead-letters/${message}/${to}`]);
});

test('a key whose secret was lost with the first answer is said to be useless', async (t) => {
  const { client } = await standIn(t, [[201, { id: 'key_01k9xkq4z1x2y3z4a5b6c7d8e9', secret: null }]]);
  assert.match(await client.refused('key.secret_lost', 'key', 'create', '--scope', 'sessions:read'), /revoke key_01k9xkq4z1x2y3z4a5b6c7d8e9/);
});
