// SIGHUP: a configuration is taken up whole, or not at all, and what needs a restart is named.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from './support/certificates.mjs';
import { Endpoint } from './support/endpoint.mjs';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { Relay, bauta } from './support/relay.mjs';
import { TwilioStandIn } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';

const BASE = { webhooks: {}, log: { level: 'info' } };

async function world(t, settings = BASE) {
  const carrier = await TwilioStandIn.start();
  const relay = await Relay.make({ apiUrl: carrier.url, settings });
  t.after(async () => {
    await relay.remove();
    await carrier.stop();
  });
  await relay.start();
  await relay.addNumbers(V2, V4);
  const reloads = (result) => relay.metric('bauta_config_reloads_total', { result });
  return {
    relay, carrier,
    /** Writes the configuration and sends SIGHUP; how it ended. */
    async reload(changed, result = 'taken_up') {
      if (typeof changed === 'string') await writeFile(relay.config, changed); else await relay.configure(changed);
      const before = await reloads(result);
      relay.process.child.kill('SIGHUP');
      await until(`the reload is ${result}`, async () => await reloads(result) > before);
    },
    hash: async () => (await relay.metrics()).match(/^bauta_config_info\{hash="([a-p]{16})"\} 1$/m)[1],
    successful: () => relay.metric('bauta_config_last_reload_successful'),
    /** To a person in London, whose texts leave by one number, or to one in Berlin. */
    say: async (n, words, place = 'London') => {
      const session = await relay.openSession(berliner(n), londoner(n));
      const to = session.participants[place === 'London' ? 1 : 0];
      await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: words, to: [to.id] });
    },
  };
}

const hook = (relay, url) => relay.call('POST', '/api/v1/webhooks', { url, types: ['message.sent'] });

test('a reload takes up the log level and the networks of webhooks while the relay runs', { timeout: 60_000 }, async (t) => {
  const { relay, carrier, reload, hash, successful, say } = await world(t);
  const endpoint = await Endpoint.start(t);
  const first = await hash();
  assert.equal(await successful(), 1);
  const startedAt = await relay.metric('bauta_config_last_reload_success_timestamp_seconds');
  assert.ok(Math.abs(startedAt - Date.now() / 1000) < 60);
  assert.equal((await hook(relay, endpoint.url)).status, 422, 'not public');
  await say(0, 'before');
  await carrier.received(1);
  assert.doesNotMatch(relay.log, / debug /);

  await reload({ webhooks: { allow_private: ['127.0.0.0/8'] }, log: { level: 'debug' } });
  await relay.process.says(/ info configuration taken up changed=\[log\.level, webhooks\.allow_private\]/);
  assert.equal((await hook(relay, endpoint.url)).status, 201);
  await say(1, 'after');
  await endpoint.received(1);
  await relay.process.says(/ debug mt submitted /);
  assert.notEqual(await hash(), first);
  assert.equal(await relay.metric('bauta_config_restart_needed'), 0);

  await reload(BASE);
  assert.equal((await hook(relay, endpoint.url)).status, 422, 'no more');
  assert.equal(await hash(), first, 'the same configuration has the same hash');
});

test("a reload changes a connection's rate", { timeout: 60_000 }, async (t) => {
  const { relay, carrier, reload, say } = await world(t);
  const { connections } = relay;
  relay.connections = `${connections}rate_per_second = 0.02\n`;
  await reload(BASE);
  await relay.process.says(/configuration taken up changed=\[connections\.twilio\.rate_per_second\]/);
  await say(0, 'the first');
  await carrier.received(1);
  await say(1, 'waits for most of a minute');
  await never('a second text leaves', () => carrier.posts.length > 1);

  relay.connections = connections;
  await reload(BASE);
  // By another number: what waits already looks again when its turn was to come, and those of its number stand behind it.
  await say(2, 'no limit any more', 'Berlin');
  await until('it leaves at once', () => carrier.posts.some((post) => post.Body === 'no limit any more'));
});

test('one mistake, and nothing is taken up', { timeout: 60_000 }, async (t) => {
  const { relay, carrier, reload, hash, successful, say } = await world(t);
  const first = await hash();
  const endpoint = await Endpoint.start(t);
  const good = { webhooks: { allow_private: ['127.0.0.0/8'] }, log: { level: 'debug' } };

  await reload({ ...good, relay: { unknown_wait_seconds: 0, conflict_trys: 3 } }, 'refused');
  await relay.process.says(/ error configuration not taken up, all stays as it was code=config\.invalid keys=\[relay\.unknown_wait_seconds \(config\.out_of_range\), relay\.conflict_trys \(config\.unknown_key\)\]/);
  await reload('[public\n', 'refused');
  assert.equal(await successful(), 0);
  assert.equal(await hash(), first);
  assert.equal((await hook(relay, endpoint.url)).status, 422);
  await say(0, 'still quiet');
  await carrier.received(1);
  assert.doesNotMatch(relay.log, / debug /);

  await reload(good);
  assert.equal(await successful(), 1);
  assert.notEqual(await hash(), first);
});

test('a certificate that cannot be used keeps everything else from being taken up', { timeout: 60_000 }, async (t) => {
  const { relay, reload, hash } = await world(t);
  await relay.stop();
  const { certificate, key } = await makeCertificate(relay.folder, 'tls');
  const tls = { ...BASE, admin: { listen: '127.0.0.1:0' }, public: { listen: '127.0.0.1:0', url: Relay.PUBLIC_URL, tls_certificate_file: certificate, tls_key_file: key } };
  await relay.configure(tls);
  await relay.start();
  const first = await hash();
  await writeFile(certificate, 'no certificate');
  await reload({ ...tls, log: { level: 'debug' } }, 'refused');
  await relay.process.says(/ error configuration not taken up, all stays as it was code=tls\.certificate_unreadable /);
  assert.equal(await hash(), first);
  assert.equal(await relay.metric('bauta_tls_reloads_total', { listener: 'public', outcome: 'refused' }), 1);
});

test('what needs a restart is named, never with its value, and counted until the restart', { timeout: 60_000 }, async (t) => {
  const { relay, reload, hash } = await world(t);
  const first = await hash();
  const secret = 'fedcba9876543210fedcba9876543210';
  await writeFile(join(relay.folder, 'auth.token'), `${secret}\n`);
  await reload({ ...BASE, relay: { unknown_wait_seconds: 4711 }, log: { level: 'warn' } });
  await relay.process.says(/ warn these changes need a restart keys=\[connections\.twilio\.auth_token, relay\.unknown_wait_seconds\]/);
  assert.equal(await relay.metric('bauta_config_restart_needed'), 2);
  assert.ok(!relay.log.includes('4711') && !relay.log.includes(secret));
  const live = await hash();
  assert.notEqual(live, first, 'the log level counts');

  relay.connections += '\n[[connections]]\nname = "spare"\ntype = "twilio"\ntoken = "fedcba9876543210"\naccount_sid = "AC00000000000000000000000000000001"\nauth_token = "a"\n';
  await reload({ ...BASE, relay: { unknown_wait_seconds: 4711 }, log: { level: 'info' } });
  await relay.process.says(/these changes need a restart keys=\[connections\.twilio\.auth_token, relay\.unknown_wait_seconds, connections\.spare\]/);

  await relay.stop();
  await relay.start();
  assert.equal(await relay.metric('bauta_config_restart_needed'), 0);
  assert.notEqual(await hash(), first);
  const restarted = await hash();
  await relay.stop();
  await writeFile(join(relay.folder, 'auth.token'), `${Relay.AUTH_TOKEN}\n`);
  await relay.start();
  assert.equal(await hash(), restarted, 'the hash says nothing of secrets');
});

test('every secret may stand in a file of its own', async () => {
  const { stdout } = await bauta('config', 'reference');
  const secrets = stdout.split('\n').filter((line) => /^(key|token|auth_token|\w*(secret|password)\w*)\b/.test(line)).map((line) => line.split(' ')[0]);
  assert.deepEqual(secrets, ['key', 'token', 'auth_token']);
  for (const name of secrets) assert.match(stdout, new RegExp(`^${name}\\b.*\\n(    .*\\n)*    .*Also as ${name}_file\\.`, 'm'), name);
});

test('every key says whether a change needs a restart', async () => {
  const { stdout } = await bauta('config', 'reference');
  const keys = stdout.split(/\n(?=\w)/).filter((entry) => /^\w+\s/.test(entry));
  assert.ok(keys.length > 80);
  for (const entry of keys) assert.match(entry, /(SIGHUP takes up a change|A change needs a restart)\./, entry);
  const live = keys.filter((entry) => entry.includes('SIGHUP')).map((entry) => entry.split(/\s/)[0]);
  assert.deepEqual(live, ['tls_certificate_file', 'tls_key_file', 'tls_certificate_file', 'tls_key_file', 'allow_private', 'level', 'rate_per_second']);
});
