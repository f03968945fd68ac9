// Bugs in the channels: what is sent, how often, and what an answer is taken to prove.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, found and replaced as it stands

import { BY_WORLDS, inFile, type Mutant } from './mutant.ts';

export const channelMutants: readonly Mutant[] = [
  ...inFile('functions/channels/email.ts', BY_WORLDS, [
    {
      id: 'library-retries',
      about: 'a bulk call that failed is made once more, as the SDK does by default',
      find: 'ses.sendBulk({ ...envelope, subject, html, text, entries }, { timeoutMs }),',
      replace: `ses
              .sendBulk({ ...envelope, subject, html, text, entries }, { timeoutMs })
              .catch(() =>
                ses.sendBulk({ ...envelope, subject, html, text, entries }, { timeoutMs }),
              ),`,
    },
    {
      id: 'throttled-is-sent',
      about: 'an entry that was throttled counts as accepted',
      find: "if (status === 'ACCOUNT_THROTTLED') return { kind: 'throttled', reason };",
      replace: "if (status === 'ACCOUNT_THROTTLED') return { kind: 'accepted' };",
    },
  ]),
  ...inFile('functions/channels/mastodon-publish.ts', BY_WORLDS, [
    {
      id: 'post-retried-below',
      about: 'a post without an answer is made again by the client below',
      find: 'return publishedByError(error, access);',
      replace: `const again = await callApi(http, access, {
      method: 'POST',
      path: '/api/v1/statuses',
      headers: { 'content-type': 'application/json' },
      body: request.data.body,
      timeoutMs: limits.providerTimeoutMs,
    });
    return publishedBy(again, access, now(), deadlineMs);`,
    },
  ]),
];
