// One call of an AWS service that speaks JSON, signed by hand: what the public functions use
// instead of the SDK.

import { Fault } from '#domain/faults.ts';
import { amzDate, type Credentials, createSigner, sha256Hex } from './sigv4.ts';

export interface SignedJsonConfig {
  /** The signing name: `sqs`. */
  readonly service: string;
  /** What the fault codes begin with: `queue`. */
  readonly faults: string;
  readonly region: string;
  /** `https://sqs.eu-central-1.amazonaws.com` */
  readonly endpoint: string;
  readonly credentials: Credentials;
  /** `1.0` or `1.1`: the minor difference that each service insists on. */
  readonly jsonVersion: '1.0' | '1.1';
  readonly now: () => number;
}

/**
 * One attempt. Throws Fault `<faults>_refused` (4xx; the message begins with the service's own
 * error name), `<faults>_throttled`, or `<faults>_unanswered` (timeout, reset, 5xx, garbage).
 */
export type CallJson = (target: string, input: object, timeoutMs: number) => Promise<object>;

export function createCallJson(config: SignedJsonConfig): CallJson {
  const { service, region, endpoint, credentials, jsonVersion } = config;
  const signer = createSigner({ region, service });
  const { host, pathname } = new URL(`${endpoint}/`);
  return async (target, input, timeoutMs) => {
    const body = JSON.stringify(input);
    const date = amzDate(config.now());
    const headers: Record<string, string> = {
      host,
      'content-type': `application/x-amz-json-${jsonVersion}`,
      'x-amz-content-sha256': sha256Hex(body),
      'x-amz-date': date,
      'x-amz-target': target,
    };
    const { sessionToken } = credentials;
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;
    const authorization = signer({ method: 'POST', path: pathname, headers, body }, credentials);
    const { host: _host, ...sent } = headers;
    return answered(config.faults, () =>
      fetch(`${endpoint}${pathname}`, {
        method: 'POST',
        headers: { ...sent, authorization },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      }),
    );
  };
}

async function answered(faults: string, call: () => Promise<Response>): Promise<object> {
  let response: Response;
  let text: string;
  try {
    response = await call();
    text = await response.text();
  } catch (cause) {
    const message = `${faults}: no answer`;
    throw new Fault(`${faults}_unanswered`, message, { retryable: true, cause });
  }
  const answer = parse(text);
  if (response.ok && answer) return answer;
  const name = String((answer as { __type?: string } | undefined)?.__type ?? '').replace(
    /^.*#/,
    '',
  );
  const message = `${name || 'no error name'}: ${faults} answered ${response.status}`;
  if (/Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded/.test(name)) {
    throw new Fault(`${faults}_throttled`, message, { retryable: true });
  }
  const isRefused = response.status >= 400 && response.status < 500;
  const code = `${faults}_${isRefused ? 'refused' : 'unanswered'}`;
  throw new Fault(code, message, { retryable: !isRefused });
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
