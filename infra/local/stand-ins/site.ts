// Stands in for the pages that tracked links lead to, which belong to somebody else.

import { escapeHtml } from '../escape-html.ts';
import { html, type Request, serve } from '../http-server.ts';
import type { StandIn } from './stand-in.ts';

export interface SiteOptions {
  readonly port: number;
  readonly portTaken?: 'take_another' | 'fail';
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; }
code { overflow-wrap: anywhere; }`;

/** Any path is a landing page that shows what the link passed on as `ref`. */
export async function startSite(options: SiteOptions): Promise<StandIn> {
  return serve({ ...options, answer: (request) => html(200, page(request)) });
}

function page(request: Request): string {
  const name = escapeHtml(request.path.split('/').filter(Boolean).at(-1) ?? 'home');
  const ref = request.query.get('ref');
  const passed = ref === null ? 'no click id' : `the click id <code>${escapeHtml(ref)}</code>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>${name}</title><style>${STYLE}</style></head>
<body><h1>${name}</h1>
<p>A landing page on this machine. In a real campaign it belongs to your donation platform, your
form or your shop.</p>
<p>The link passed on ${passed}.</p></body></html>`;
}
