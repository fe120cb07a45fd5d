import { randomBytes } from 'node:crypto';
import http from 'node:http';
import twilio from 'twilio';
import { request } from './http.mjs';
import { Relay } from './relay.mjs';
import { until } from './until.mjs';

const { getExpectedTwilioSignature } = twilio;

const FIELDS = ['To', 'From', 'Body', 'StatusCallback', 'ValidityPeriod'];
const QUESTION = ['From', 'DateSent>', 'PageSize', 'Page', 'PageToken'];
const PATH = `/2010-04-01/Accounts/${Relay.ACCOUNT_SID}/Messages.json`;
const AUTHORIZATION = `Basic ${Buffer.from(`${Relay.ACCOUNT_SID}:${Relay.AUTH_TOKEN}`).toString('base64')}`;

const E164 = /^\+[1-9][0-9]{6,14}$/;

export const newSid = (kind = 'SM') => kind + randomBytes(16).toString('hex');

// What it can answer; with `delay` after so many milliseconds.
export const created = { status: 201 };
export const throttled = (retryAfter) => ({
  status: 429, headers: { 'Retry-After': String(retryAfter) }, json: { code: 20429, message: 'Too Many Requests', status: 429 },
});
export const refusal = (code, message = 'refused', status = 400) => ({ status, json: { code, message, status } });
/** Takes the text, and closes the connection instead of answering. */
export const answerLost = { taken: true, lost: true };
/** Takes the connection and the request, and never answers. */
export const hang = { taken: false, hang: true };

const rfc2822 = (at) => new Date(at).toUTCString().replace('GMT', '+0000');

/** A text as Twilio shows it. */
const resource = (post) => ({
  sid: post.sid, status: 'queued', num_segments: '1', direction: 'outbound-api', from: post.From, to: post.To, body: post.Body,
  account_sid: Relay.ACCOUNT_SID, error_code: null, error_message: null, date_created: rfc2822(post.at), date_sent: null,
});

/**
 * A strict stand-in for Twilio's Messages API: what is not as Twilio's documentation wants it gets 400 and is kept in `faults`.
 * `posts`: every POST in its order, {at, To, From, Body, StatusCallback, answer, sid}.  `accepted`: those that it would have sent.
 * It shows them to who asks by sender and day; the recipient's number must not stand in that question.  `questions`: every GET, its fields.
 * `asking`: how it answers, 'answered' or 'refused' (503).  `pageMax`: more texts are not on one page.  `connection`: what the relay calls it.
 */
export class TwilioStandIn {
  static async start(answer = () => created, connection = 'twilio') {
    const standIn = new TwilioStandIn();
    standIn.connection = connection;
    standIn.answer = answer;
    standIn.posts = [];
    standIn.faults = [];
    standIn.questions = [];
    standIn.asking = () => 'answered';
    standIn.pageMax = 1000;
    standIn.server = http.createServer((question, response) => standIn.#take(question, response));
    await new Promise((listening) => standIn.server.listen(0, '127.0.0.1', listening));
    standIn.url = `http://127.0.0.1:${standIn.server.address().port}`;
    return standIn;
  }

  get accepted() { return this.posts.filter((post) => post.sid); }

  /** The posts so far, once there are at least `count`. */
  async received(count, seconds = 20) {
    await until(`${count} texts at the carrier, there are ${this.posts.length}`, () => this.posts.length >= count, { seconds });
    return this.posts;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  #take(question, response) {
    const chunks = [];
    question.on('data', (chunk) => chunks.push(chunk));
    question.on('error', () => {});
    question.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const url = new URL(question.url, this.url);
      const isGet = question.method === 'GET';
      const fields = isGet ? url.searchParams : new URLSearchParams(body);
      const fault = this.#faultOf(question, isGet ? url.pathname : question.url)
        ?? (isGet ? this.#faultOfQuestion(fields, body) : this.#faultOfText(question, fields));
      if (fault) {
        this.faults.push(fault);
        response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ code: 20001, message: fault, status: 400 }));
        return;
      }
      if (isGet) {
        this.#list(Object.fromEntries(fields), response);
        return;
      }
      const post = { at: Date.now(), ...Object.fromEntries(fields) };
      this.posts.push(post);
      post.answer = this.answer(post, this.posts.length);
      this.#reply(post, response);
    });
  }

  #faultOf(question, path) {
    if (!['GET', 'POST'].includes(question.method)) return `method ${question.method}`;
    if (path !== PATH) return `path ${question.url}`;
    if (question.headers.authorization !== AUTHORIZATION) return 'Authorization';
    return undefined;
  }

  #faultOfQuestion(fields, body) {
    if (body) return 'a body';
    for (const name of new Set(fields.keys())) {
      if (!QUESTION.includes(name)) return `unknown parameter ${name}`;
      if (fields.getAll(name).length !== 1) return `${name} stands there twice`;
    }
    if (!E164.test(fields.get('From'))) return 'From is no E.164 number';
    if (!/^\d{4}-\d\d-\d\d$/.test(fields.get('DateSent>')) || Number.isNaN(Date.parse(fields.get('DateSent>')))) return 'DateSent> is no date';
    const size = Number(fields.get('PageSize'));
    if (!Number.isInteger(size) || size < 1 || size > 1000) return 'PageSize';
    if (fields.has('Page') !== fields.has('PageToken')) return 'Page and PageToken come together';
    return undefined;
  }

  /** A page of what it accepted, the latest first. */
  #list(question, response) {
    this.questions.push(question);
    if (this.asking() === 'refused') {
      response.writeHead(503, { 'Content-Type': 'application/json' }).end(JSON.stringify({ code: 20503, message: 'not now', status: 503 }));
      return;
    }
    const from = Date.parse(question['DateSent>']);
    const texts = this.accepted.filter((post) => post.From === question.From && post.at >= from).reverse();
    const size = Math.min(Number(question.PageSize), this.pageMax);
    const page = Number(question.Page ?? 0);
    const uriOf = (number, token) => `${PATH}?${new URLSearchParams({ ...question, Page: number, PageToken: token })}`;
    const rest = texts.slice((page + 1) * size);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({
      page, page_size: size, first_page_uri: uriOf(0, ''), uri: uriOf(page, question.PageToken ?? ''),
      next_page_uri: rest.length > 0 ? uriOf(page + 1, `PA${rest[0].sid}`) : null, previous_page_uri: null,
      messages: texts.slice(page * size, (page + 1) * size).map((post) => ({ ...resource(post), status: 'sent', date_sent: rfc2822(post.at) })),
    }));
  }

  #faultOfText(question, fields) {
    if (!/^application\/x-www-form-urlencoded\b/.test(question.headers['content-type'] ?? '')) return 'Content-Type';
    for (const name of new Set(fields.keys())) {
      if (!FIELDS.includes(name)) return `unknown field ${name}`;
      if (fields.getAll(name).length !== 1) return `${name} stands there twice`;
    }
    for (const name of FIELDS) if (!fields.get(name)) return `${name} is missing`;
    for (const name of ['To', 'From']) if (!E164.test(fields.get(name))) return `${name} is no E.164 number`;
    if (!fields.get('StatusCallback').startsWith(`${Relay.PUBLIC_URL}/carriers/${this.connection}/${Relay.TOKEN}/status`)) return 'StatusCallback';
    const validity = Number(fields.get('ValidityPeriod'));
    if (!Number.isInteger(validity) || validity < 1 || validity > 14_400) return 'ValidityPeriod';
    if ([...fields.get('Body')].length > 1600) return 'Body is too long';
    return undefined;
  }

  #reply(post, response) {
    const { answer } = post;
    if (answer.hang) return;
    if (answer.status === 201 || answer.taken) post.sid = newSid();
    if (answer.lost) {
      response.destroy();
      return;
    }
    const json = answer.json ?? resource(post);
    const reply = () => response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers }).end(JSON.stringify(json));
    if (answer.delay) setTimeout(reply, answer.delay); else reply();
  }
}

/** A callback as Twilio makes it: the signature is made over the public URL, the request goes to where the relay listens. */
export function callback(relay, target, fields, { signature, seconds } = {}) {
  return request('POST', relay.address, target, {
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
      'X-Twilio-Signature': signature ?? getExpectedTwilioSignature(Relay.AUTH_TOKEN, Relay.PUBLIC_URL + target, fields),
    },
    body: new URLSearchParams(fields).toString(),
    seconds,
  });
}

export const INBOUND = `/carriers/twilio/${Relay.TOKEN}/inbound`;

export function inboundFields(from, to, text, sid = newSid()) {
  return {
    ToCountry: 'US', SmsMessageSid: sid, SmsSid: sid, NumMedia: '0', SmsStatus: 'received', Body: text, To: to, NumSegments: '1',
    MessageSid: sid, AccountSid: Relay.ACCOUNT_SID, From: from, ApiVersion: '2010-04-01',
  };
}

/** The same for a number whose webhook is called by GET: everything stands in the query. */
export function inboundByGet(relay, fields, signature) {
  const target = `${INBOUND}?${new URLSearchParams(fields)}`;
  return request('GET', relay.address, target, {
    headers: { 'X-Twilio-Signature': signature ?? getExpectedTwilioSignature(Relay.AUTH_TOKEN, Relay.PUBLIC_URL + target, {}) },
  });
}

/** A person texts: the answer to Twilio's request. */
export function text(relay, from, to, body, sid = newSid()) {
  return callback(relay, INBOUND, inboundFields(from, to, body, sid));
}

/** The same, and it must have been taken. */
export async function texts(relay, from, to, body, sid) {
  const answer = await text(relay, from, to, body, sid);
  if (answer.status !== 200) throw new Error(`a text was answered ${answer.status}: ${answer.text}`);
  return answer;
}

/** What Twilio reports about a text that it accepted, to the StatusCallback that came with it. */
export function report(relay, post, status, more = {}) {
  const target = post.StatusCallback.slice(Relay.PUBLIC_URL.length);
  return callback(relay, target, {
    SmsSid: post.sid, SmsStatus: status, MessageStatus: status, To: post.To, MessageSid: post.sid, AccountSid: Relay.ACCOUNT_SID,
    From: post.From, ApiVersion: '2010-04-01', ...more,
  });
}
