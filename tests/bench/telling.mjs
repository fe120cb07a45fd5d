import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { V2, V4, berliner, londoner } from '../e2e/support/people.mjs';
import { until } from '../e2e/support/until.mjs';
import { Carrier, median } from './programs.mjs';
import { Relay } from '../e2e/support/relay.mjs';

/** More than 10,000 events a minute: each text is received once and sent twice. */
const TEXTS_A_SECOND = 60;
const SESSIONS = 40;

/** An endpoint that takes everything at once; `delays`: of each event, milliseconds from when it happened until it came. */
class Prompt {
  delays = [];
  async start() {
    this.server = http.createServer(async (question, response) => {
      const chunks = [];
      for await (const chunk of question) chunks.push(chunk);
      this.delays.push(Date.now() - Date.parse(JSON.parse(Buffer.concat(chunks)).created_at));
      response.writeHead(204).end();
    });
    return listening(this);
  }
}

/** One that takes every connection and never answers. */
class Hanging {
  async start() {
    this.server = http.createServer(() => {});
    return listening(this);
  }
}

async function listening(endpoint) {
  await new Promise((done) => endpoint.server.listen(0, '127.0.0.1', done));
  endpoint.url = `http://127.0.0.1:${endpoint.server.address().port}/`;
  endpoint.stop = () => {
    endpoint.server.closeAllConnections();
    endpoint.server.close();
  };
  return endpoint;
}

async function texts(relay, sessions, seconds) {
  const began = Date.now();
  const calls = [];
  for (let n = 0; n < seconds * TEXTS_A_SECOND; ++n) {
    calls.push(relay.ask(202, 'POST', `/api/v1/sessions/${sessions[n % sessions.length].id}/messages`, { text: `text ${n}` }));
    await sleep(began + (n + 1) * 1000 / TEXTS_A_SECOND - Date.now());
  }
  await Promise.all(calls);
  return calls.length;
}

/** What one round of texts took to tell: events a minute, and how late they came. */
async function round(relay, endpoint, sessions, seconds) {
  endpoint.delays = [];
  const began = Date.now();
  const count = await texts(relay, sessions, seconds);
  const events = count * 3;
  await until('every event to be told', () => endpoint.delays.length >= events, { seconds: 60, every: 20 });
  const sorted = endpoint.delays.sort((a, b) => a - b);
  return {
    aMinute: events / (Date.now() - began) * 60_000,
    mean: sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length,
    worst: sorted[Math.floor(sorted.length * 0.99)],
  };
}

/** A webhook whose endpoint is well, alone and beside one whose endpoint hangs: what it is told must come no later. */
export async function telling({ rounds, tellingSeconds }) {
  const carrier = await Carrier.start(1_000_000);
  const relay = await Relay.make({ apiUrl: carrier.url, settings: { webhooks: { allow_private: ['127.0.0.0/8'] }, log: { level: 'info' } } });
  const prompt = await new Prompt().start();
  const hanging = await new Hanging().start();
  const hook = (url) => relay.ask(201, 'POST', '/api/v1/webhooks', { url, types: ['message.*'] });
  const alone = [];
  const beside = [];
  try {
    await relay.start();
    await relay.addNumbers(V2, V4);
    const sessions = [];
    for (let n = 0; n < SESSIONS; ++n) sessions.push(await relay.openSession(berliner(n), londoner(n)));
    await hook(prompt.url);
    for (let n = 0; n <= rounds; ++n) {  // the first one warms up
      alone.push(await round(relay, prompt, sessions, tellingSeconds));
      const other = await hook(hanging.url);
      beside.push(await round(relay, prompt, sessions, tellingSeconds));
      await relay.ask(204, 'DELETE', `/api/v1/webhooks/${other.id}`);
    }
  } finally {
    await relay.remove();
    await carrier.stop();
    prompt.stop();
    hanging.stop();
  }
  for (const all of [alone, beside]) all.shift();
  const of = (all, what) => median(all.map((one) => one[what]));
  const ratios = beside.map(({ mean }, n) => mean / alone[n].mean);
  const shown = (all) => `${of(all, 'mean').toFixed(1)} ms (99 of 100 within ${of(all, 'worst')} ms)`;
  return [{
    what: `an event told, beside a webhook whose endpoint hangs (${Math.round(of(beside, 'aMinute')).toLocaleString('en')} events a minute)`,
    value: shown(beside), notes: `${shown(alone)}, without it; ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    bound: '10,000 a minute, no later',
  }];
}
