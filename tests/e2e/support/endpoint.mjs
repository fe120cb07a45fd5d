import assert from 'node:assert/strict';
import http from 'node:http';
import { Webhook } from 'standardwebhooks';
import { checkWebhook } from './contract.mjs';
import { until } from './until.mjs';

// What it can answer; with `delay` after so many milliseconds.
export const taken = { status: 200 };
/** Takes the request, and never answers. */
export const hang = { hang: true };

/**
 * A platform's endpoint.  `posts`: every request in its order, {at, headers, body, event, status}.  `answer(post, count)` says how the count-th
 * is answered.  A test fails that ends with one whose body is not as docs/openapi.yaml has it.
 */
export class Endpoint {
  static async start(t, answer = () => taken) {
    const endpoint = new Endpoint();
    endpoint.answer = answer;
    endpoint.posts = [];
    endpoint.faults = [];
    endpoint.server = http.createServer((question, response) => endpoint.#take(question, response));
    await new Promise((listening) => endpoint.server.listen(0, '127.0.0.1', listening));
    endpoint.port = endpoint.server.address().port;
    endpoint.url = `http://127.0.0.1:${endpoint.port}/hook`;
    t.after(() => endpoint.stop());
    return endpoint;
  }

  async #take(question, response) {
    const chunks = [];
    for await (const chunk of question) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const post = { at: Date.now(), path: question.url, headers: question.headers, body, event: JSON.parse(body) };
    this.posts.push(post);
    try { checkWebhook(post.event); } catch (fault) { this.faults.push(fault.message); }
    const told = this.answer(post, this.posts.length);
    if (told.hang) return;
    if (told.delay) await new Promise((over) => setTimeout(over, told.delay));
    post.status = told.status;
    post.answeredAt = Date.now();
    response.writeHead(told.status, told.headers ?? {}).end();
  }

  /** Those that it took. */
  get events() { return this.posts.filter((post) => post.status >= 200 && post.status < 300).map((post) => post.event); }

  async received(count, seconds = 20) {
    await until(`${count} requests at the endpoint`, () => this.posts.length >= count, { seconds });
    return this.posts;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
    assert.deepEqual(this.faults, []);
  }
}

/** Throws unless `post` is signed as Standard Webhooks has it, with `secret` as the API showed it. */
export function verify(post, secret) { return new Webhook(secret).verify(post.body, post.headers); }
