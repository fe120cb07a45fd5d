import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate for 127.0.0.1 that signs itself, and its key, in `folder`. */
export async function makeCertificate(folder, name) {
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-days', '30', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', files.key, '-out', files.certificate]);
  return files;
}
