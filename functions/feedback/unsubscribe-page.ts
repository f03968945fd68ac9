// The two pages of an unsubscribe link: a question, and that it is done. No script, nothing to load.

import { type HttpResult, PRIVATE_HEADERS } from './http-event.ts';

const STYLE =
  'body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}' +
  'main{max-width:32rem;margin:15vh auto;padding:0 1.25rem}h1{font-size:1.5rem}' +
  'button{font:inherit;padding:.75rem 1.25rem;border:2px solid #1b1b1b;border-radius:.375rem;' +
  'background:#1b1b1b;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #4c8dff;' +
  'outline-offset:2px}@media(prefers-color-scheme:dark){body{background:#161616;color:#f2f2f2}' +
  'button{background:#f2f2f2;border-color:#f2f2f2;color:#161616}}';

/** Its own name for the field that its button sends. */
export const CONFIRM_FIELD = 'confirm';

/** Asks; only the button acts, so that a scanner which opens the page changes nothing. */
export function questionPage(): HttpResult {
  return page(
    'Unsubscribe',
    '<p>Do you want to stop getting these emails?</p><form method="post">' +
      `<button type="submit" name="${CONFIRM_FIELD}" value="yes">Unsubscribe</button></form>`,
  );
}

export function donePage(): HttpResult {
  return page(
    'You are unsubscribed',
    '<p role="status">You will get no more of these emails. One that is on its way right now may still arrive.</p>',
  );
}

function page(title: string, content: string): HttpResult {
  return {
    statusCode: 200,
    headers: {
      ...PRIVATE_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    },
    body:
      '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width,initial-scale=1">' +
      `<title>${title}</title><style>${STYLE}</style></head>` +
      `<body><main><h1>${title}</h1>${content}</main></body></html>`,
  };
}
