// A list of the API, page by page.

import type { ApiClient } from './api-client.ts';

interface Page {
  readonly next?: string | number | undefined;
}

/** From the first page to the last; an empty page is not the end. */
export async function* pagesOf<P extends Page>(
  api: ApiClient,
  path: string,
  limit = 200,
): AsyncGenerator<P> {
  const query = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
  for (let after = ''; ; ) {
    const page = await api.call<P>('GET', `${query}${after}`);
    yield page;
    if (page.next === undefined) return;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}
