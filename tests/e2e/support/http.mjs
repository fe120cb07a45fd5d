import http from 'node:http';

// Benchmarks measure, and do without npm's packages.
const { check } = process.env.BAUTA_UNCHECKED ? { check: () => {} } : await import('./contract.mjs');

const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });

/**
 * One request, its path and body sent octet by octet as they are given (fetch would normalise them).
 * `base` is "127.0.0.1:8080" or "http://127.0.0.1:8080".  An answer of the API that docs/openapi.yaml does not have is an error.
 */
export function request(method, base, path, { headers = {}, body, seconds = 30 } = {}) {
  const [host, port] = base.replace(/^http:\/\//, '').split(':');
  const octets = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(body);
  return new Promise((resolve, reject) => {
    const call = http.request({
      method, host, port, path, agent,
      headers: octets === undefined ? headers : { 'Content-Length': octets.length, ...headers },
      signal: AbortSignal.timeout(seconds * 1000),
    }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const whole = { status: answer.statusCode, headers: answer.headers, text, get json() { return JSON.parse(text); } };
        try {
          check(method, path, whole);
        } catch (error) {
          reject(error);
        }
        resolve(whole);
      });
    });
    call.on('error', reject);
    call.end(octets);
  });
}
