import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { failingDisk } from './failing_disk.mjs';
import { judge } from './judge.mjs';
import { V1, V2, V3, V4, berliner, londoner } from './people.mjs';
import { Relay } from './relay.mjs';
import { TwilioStandIn, answerLost, created, newSid, refusal, report, text, throttled } from './twilio_stand_in.mjs';
import { until } from './until.mjs';
import { verified } from './verify.mjs';

/** Numbers in [0, 1) that a seed decides. */
function dice(seed) {
  let count = 0;
  return () => createHash('sha256').update(`${seed}/${count++}`).digest().readUInt32BE(0) / 2 ** 32;
}

/**
 * A relay under load that dies again and again: people and the platform write until each text is answered with success, as carriers and
 * careful clients do; the carrier answers late, puts off, loses answers, and reports only some texts.  In the end every text that was
 * answered with success has arrived once, at the right person, from the right number, in its sender's order, or its doubles are announced
 * (message.unknown), or it is a dead letter with its event.  Whenever the relay is down its store agrees with itself.
 */
export class Storm {
  /**
   * `padding`: characters that each text is made longer by.  `onTheirWay`: how many texts of a sender may be on their way to a person; a lane
   * takes 100, and two send to it, so that of 30 none ends as a dead letter because a lane is full.
   */
  constructor({ seed, sessions = 6, padding = 0, onTheirWay = 30, log = () => {} }) {
    this.seed = seed;
    this.random = dice(seed);
    this.log = log;
    this.sessions = sessions;
    this.onTheirWay = onTheirWay;
    this.padding = padding ? ` ${'~'.repeat(padding - 1)}` : '';
    this.taken = [];     // {body, sender, expected: [{to, from}]} of texts that were answered with success, in their sender's order
    this.ends = {};      // dead letters, by their code
    this.arrived = new Set();
    this.looked = 0;     // at what the carrier was asked to send
    this.writing = true;
    this.retries = 0;
    this.strikes = 0;
    this.environment = {};  // of the relay
    this.limits = {};       // of its, beside the storm's own
  }

  async start() {
    this.carrier = await TwilioStandIn.start((post) => this.#answer(post));
    // A text whose answer was lost is sent again only where the relay cannot know.
    this.carrier.asking = () => (this.random() < 0.5 ? 'answered' : 'refused');
    this.relay = await Relay.make({
      apiUrl: this.carrier.url,
      settings: {
        relay: { unknown_wait_seconds: 1, retry_backoff_first_ms: 50, unknown_resends_max: 20, crash_count_max: 20, ...this.limits },
        server: { drain_seconds: 1 }, log: { level: 'info' },
      },
    });
    if (this.storePath) await this.relay.moveStore(this.storePath);
    await this.relay.start(this.environment);
    await this.relay.addNumbers(V1, V2, V3, V4);
    this.conversations = [];
    for (let n = 0; n < this.sessions; ++n) {
      const session = await this.relay.openSession(berliner(n), londoner(n));
      const [first, second] = session.participants;
      this.conversations.push({ id: session.id, first, second });
    }
    this.reporting = this.#reportForEver();
    this.writers = this.conversations.flatMap((conversation, n) => [
      this.#write(`a${n}`, conversation.first, [conversation.second]),
      this.#write(`b${n}`, conversation.second, [conversation.first]),
      ...(n % 2 === 0 ? [this.#writeAsPlatform(`p${n}`, conversation)] : []),
    ]);
  }

  /** Ends the relay at a moment of the dice, looks whether its store is whole, and starts it again. */
  async strike(signal) {
    await sleep(20 + this.random() * 400);
    const exit = await this.relay.stop(signal);
    if (signal === 'SIGTERM' && exit.code !== 0) throw new Error(`SIGTERM: ${JSON.stringify(exit)}\n${this.relay.log.slice(-2000)}`);
    await verified(this.relay);
    await this.relay.start(this.environment);
    ++this.strikes;
  }

  /**
   * Starts the relay anew on a disk whose fsync number `k` fails ("fsync"), or that takes no more from write `k` on ("full"), waits until it ends by itself, looks whether its store is whole, and starts
   * it on a good disk.  "refused": it did not start; "ended": it ran.
   */
  async failDisk(fault, k) {
    this.failing ??= await failingDisk(this.relay.folder);
    if (!this.failing) throw new Error('there is no C compiler');
    const stopped = await this.relay.stop();
    if (stopped.code !== 0) throw new Error(`SIGTERM: ${JSON.stringify(stopped)}`);
    const end = await this.#endOnFailingDisk(fault, k);
    this.log(`${fault} ${k}: ${end}`);
    await verified(this.relay);
    await this.relay.start(this.environment);
    ++this.strikes;
    return end;
  }

  async #endOnFailingDisk(fault, k) {
    try {
      await this.relay.start({ ...this.environment, ...this.failing(fault, k) });
    } catch (error) {
      if (!this.relay.process.exit) throw error;
    }
    const [, file] = await this.relay.process.says(/failing disk: .*\/(\S+)/);
    await until(`the failure of ${file} to end the relay`, () => this.relay.process.exit);
    const exit = await this.relay.stop();
    // The writers may have ended it before the start was seen to be over: only what it said tells which.  A start that is refused may say both.
    const refused = /^bauta: storage\.\w+: /m.test(this.relay.process.output);
    const ended = / the store can promise nothing any more code=storage\.\w+/.test(this.relay.process.output);
    const code = fault === 'full' ? 5 : refused ? 1 : 4;
    if (exit.code !== code || !(refused || ended))
      throw new Error(`${fault} ${k}, at ${file}, ended with ${JSON.stringify(exit)}:\n${this.relay.process.output.slice(-2000)}`);
    return refused ? 'refused' : 'ended';
  }

  /** Lets what is under way come to its end, and judges. */
  async finish() {
    this.writing = false;
    await Promise.all(this.writers);
    await this.#atRest('texts that never reached the carrier', async () => {
      const missing = this.#missing();
      return missing.length === 0 ? missing : missing.slice((await this.relay.deadLetters()).length);
    });
    await this.#atRest('deliveries that are still open', () => this.#open());
    this.reported = true;
    await this.reporting;
    await this.#judge();
    await this.relay.stop();
    const { records } = await verified(this.relay);
    const kept = Object.values(records).reduce((sum, count) => sum + count, 0);
    return { texts: this.taken.length, records: kept, strikes: this.strikes, retries: this.retries, posts: this.carrier.posts.length, doubles: this.doubles, dead: this.ends };
  }

  async remove() {
    this.writing = false;
    this.removed = true;
    this.reported = true;
    try {
      await this.relay?.remove();
    } finally {
      await this.carrier?.stop();
    }
  }

  #answer(post) {
    const roll = this.random();
    if (roll < 0.03) return throttled(0);
    if (roll < 0.06) return { ...answerLost };
    if (roll < 0.07) return refusal(21611, 'queue full', 429);
    return { ...created, delay: roll < 0.3 ? this.random() * 120 : 0 };
  }

  /** A text was put off by the relay; for who wants to know. */
  refusedWith() {}

  /** Whether who has many texts on their way waits for them before the next. */
  waitsForArrivals() { return true; }

  /** The answer; undefined: the storm was given up meanwhile, and nobody is there to take the text. */
  async #untilTaken(name, ask) {
    while (!this.removed) {
      let answer;
      try { answer = await ask(); } catch { /* it died, or it is not there yet */ }
      if (answer && answer.status >= 200 && answer.status < 300) return answer;
      const later = answer && (answer.status >= 500 || answer.status === 429 || answer.json.code === 'idempotency.in_flight');
      if (answer && !later) throw new Error(`${name} was answered ${answer.status}: ${answer.text}`);
      if (answer) this.refusedWith(name, answer);
      ++this.retries;
      await sleep(15);
    }
    return undefined;
  }

  async #write(sender, me, others) {
    for (let i = 0; this.writing; ++i) {
      await this.#untilFewAreOnTheirWay(sender, i, others);
      const body = `${sender}#${i}${this.padding}`;
      const sid = newSid();
      if (!await this.#untilTaken(body, () => text(this.relay, me.address, me.virtual_number, body, sid))) return;
      this.taken.push({ body, sender, number: i, expected: others.map((one) => ({ to: one.address, from: one.virtual_number })) });
      await sleep(this.random() * 60);
    }
  }

  async #writeAsPlatform(sender, { id, first, second }) {
    for (let i = 0; this.writing; ++i) {
      await this.#untilFewAreOnTheirWay(sender, i, [first, second]);
      const body = `${sender}#${i}${this.padding}`;
      if (!await this.#untilTaken(body, () => this.relay.call('POST', `/api/v1/sessions/${id}/messages`, { text: body },
        { headers: { 'Idempotency-Key': `${sender}#${i}` } }))) return;
      this.taken.push({ body, sender, number: i, expected: [first, second].map((one) => ({ to: one.address, from: one.virtual_number })) });
      await sleep(this.random() * 120);
    }
  }

  /** Waits while one of the `recipients` has none of the last texts of this sender, who has written `written` so far; not for ever, since a relay that lets nothing out must be seen to refuse. */
  async #untilFewAreOnTheirWay(sender, written, recipients) {
    const earliest = `${sender}#${written - this.onTheirWay}${this.padding}`;
    const arrived = () => recipients.every(({ address }) => this.#arrivals().has(`${earliest} ${address}`));
    const patience = Date.now() + 20_000;
    while (this.writing && this.waitsForArrivals() && written >= this.onTheirWay && !arrived() && Date.now() < patience) await sleep(20);
  }

  /** "body to" of what the carrier accepted. */
  #arrivals() {
    const { posts } = this.carrier;
    for (; this.looked < posts.length; ++this.looked) {
      const { sid, Body, To } = posts[this.looked];
      if (sid) this.arrived.add(`${Body} ${To}`);
    }
    return this.arrived;
  }

  /** Reports half of what was accepted, until it is taken; about the others nobody hears anything. */
  async #reportForEver() {
    for (let next = 0; !this.reported;) {
      const post = this.carrier.posts[next];
      if (!post) {
        await sleep(20);
        continue;
      }
      ++next;
      if (!post.sid || this.random() < 0.5) continue;
      for (let tries = 0; tries < 200 && !this.reported; ++tries) {
        try {
          if ((await report(this.relay, post, 'delivered')).status === 200) break;
        } catch { /* it is away */ }
        await sleep(25);
      }
    }
  }

  /** Waits until `left` has nothing more to name; it may take its time, as long as it gets on. */
  async #atRest(what, left) {
    let least = Infinity;
    let since = Date.now();
    for (;;) {
      const names = await left();
      if (names.length === 0) return;
      if (names.length < least) {
        least = names.length;
        since = Date.now();
      }
      if (Date.now() - since > 30_000) throw new Error(`${names.length} ${what}:\n  ${names.slice(0, 20).map((name) => name.replaceAll(/~+/g, '~')).join('\n  ')}`);
      await sleep(250);
    }
  }

  #missing() {
    const arrived = new Set(this.carrier.accepted.map((post) => `${post.Body} ${post.To}`));
    return this.taken.flatMap((one) => one.expected.map(({ to }) => `${one.body} ${to}`)).filter((name) => !arrived.has(name));
  }

  async #open() {
    const open = ['received', 'held', 'queued', 'claimed', 'unknown'];
    const all = [];
    for (const { id } of this.conversations) {
      for (const message of await this.relay.messages(id)) {
        for (const delivery of message.deliveries) if (open.includes(delivery.status)) all.push(`${message.text} ${delivery.status}`);
      }
    }
    return all;
  }

  async #judge() {
    const { relay, carrier } = this;
    const problems = [];
    const seats = new Map(this.conversations.flatMap(({ first, second }) => [[first.id, first.address], [second.id, second.address]]));
    const words = new Map();     // message id -> its text
    for (const { id } of this.conversations) for (const message of await relay.messages(id)) words.set(message.id, message.text);
    const announced = new Map();  // text and recipient -> how many times its outcome was unknown
    const failed = new Set();
    for (const event of await relay.events('message.unknown', 'message.failed')) {
      const name = `${words.get(event.data.message)} ${seats.get(event.data.to)}`;
      if (event.type === 'message.unknown') announced.set(name, (announced.get(name) ?? 0) + 1);
      else failed.add(name);
    }
    const letters = await relay.deadLetters();
    for (const { error } of letters) this.ends[error.code] = (this.ends[error.code] ?? 0) + 1;
    const dead = new Set(letters.map((letter) => `${words.get(letter.message)} ${seats.get(letter.to)}`));

    if (words.size !== this.taken.length) problems.push(`${this.taken.length} texts were taken, ${words.size} are kept`);
    const judged = judge({ taken: this.taken, posts: carrier.posts, announced, dead, failed });
    problems.push(...judged.problems);
    this.doubles = judged.doubles;
    problems.push(...carrier.faults.map((fault) => `the carrier was asked wrongly: ${fault}`));
    if (problems.length > 0) throw new Error(`${problems.length} broken promises:\n  ${problems.slice(0, 20).join('\n  ')}`);
  }
}
