// One call of an AWS service that speaks JSON, signed by hand: what the public functions use
// instead of the SDK.

import { Fault } from '#domain/faults.ts';
import { createPost, type PostAnswer } from './post.ts';
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
  /** Characters of an answer, where more than a million may come. */
  readonly answerMax?: number;
}

/**
 * One attempt. Throws Fault `<faults>_refused` (4xx; the message begins with the service's own
 * error name), `<faults>_throttled`, or `<faults>_unanswered` (timeout, reset, 5xx, garbage).
 */
export type CallJson = (target: string, input: object, timeoutMs: number) => Promise<object>;

export function createCallJson(config: SignedJsonConfig): CallJson {
  const { service, faults, region, endpoint, credentials } = config;
  const signer = createSigner({ region, service });
  const post = createPost(endpoint, config.answerMax);
  const { host } = new URL(endpoint);
  const contentType = `application/x-amz-json-${config.jsonVersion}`;
  return async (target, input, timeoutMs) => {
    const body = JSON.stringify(input);
    const headers: Record<string, string> = {
      host,
      'content-type': contentType,
      'x-amz-content-sha256': sha256Hex(body),
      'x-amz-date': amzDate(config.now()),
      'x-amz-target': target,
    };
    const { sessionToken } = credentials;
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;
    const authorization = signer({ method: 'POST', path: '/', headers, body }, credentials);
    headers.authorization = authorization;
    let answer: PostAnswer;
    try {
      answer = await post('/', headers, body, timeoutMs);
    } catch (cause) {
      const message = `${faults}: no answer`;
      throw new Fault(`${faults}_unanswered`, message, { retryable: true, cause });
    }
    return read(answer, faults);
  };
}

function read({ status, text }: PostAnswer, faults: string): object {
  const answer = parse(text);
  if (status === 200 && answer) return answer;
  const name = String((answer as { __type?: string } | undefined)?.__type ?? '').replace(
    /^.*#/,
    '',
  );
  const message = `${name || 'no error name'}: ${faults} answered ${status}`;
  if (/Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded/.test(name)) {
    throw new Fault(`${faults}_throttled`, message, { retryable: true });
  }
  const isRefused = status >= 400 && status < 500;
  throw new Fault(`${faults}_${isRefused ? 'refused' : 'unanswered'}`, message, {
    retryable: !isRefused,
  });
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
