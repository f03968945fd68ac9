// A bulk call as the email channel makes it, for tests and measurements.

import type { BulkRequest } from '#domain/ports.ts';

export function bulkRequest(entries: number): BulkRequest {
  return {
    from: 'Nora at Example <nora@example.com>',
    replyTo: 'hello@example.com',
    configurationSet: 'volley',
    subject: 'Atlas 2 is here, {{t_first_name}}',
    html: `<p>Dear {{h_first_name}}</p>${'<p>A paragraph of the letter.</p>'.repeat(60)}`,
    text: `Dear {{t_first_name}} ${'A paragraph of the letter. '.repeat(60)}`,
    entries: Array.from({ length: entries }, (_, n) => ({
      to: `ana${n}@example.org`,
      slots: {
        h_first_name: `Ana &amp; Zoë ${n}`,
        t_first_name: `Ana & Zoë ${n}`,
        h_call_say: 'Start your free trial',
        t_call_say: 'Start your free trial',
        click_token: `k1.atlas-launch.prospects.trial.${n}.AAAAAAAAAAAAAAAA`,
        unsubscribe_token: `k1.atlas-launch.prospects..${n}.AAAAAAAAAAAAAAAA`,
      },
      headers: [
        {
          name: 'List-Unsubscribe',
          value: `<https://go.example.com/u/k1.a.b..${n}.AAAAAAAAAAAAAAAA>`,
        },
        { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      ],
      tags: [
        { name: 'burst', value: 'atlas-launch' },
        { name: 'leg', value: 'prospects' },
        { name: 'call', value: 'trial' },
        { name: 'ordinal', value: String(n) },
      ],
    })),
  };
}
