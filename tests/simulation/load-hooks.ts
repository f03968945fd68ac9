// What a simulating thread changes in the code it loads, before it loads it: a planted bug, and what
// would only cost thousands of worlds time.

import { registerHooks } from 'node:module';
import { SHORTCUTS } from './shortcuts.ts';

/** A change of source text: `find` stands in `file` exactly once, or the change is out of date. */
export interface Change {
  /** From the top of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** From here on the files of these changes are loaded changed; for modules not loaded yet. */
export function setLoadHooks(changes: readonly Change[] = []): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const here = [...SHORTCUTS, ...changes].filter(({ file }) => url.endsWith(`/${file}`));
      if (here.length === 0) return loaded;
      const text = typeof loaded.source === 'string' ? loaded.source : textOf(loaded.source);
      return { ...loaded, source: here.reduce(changed, text) };
    },
  });
}

/** The text with the change in it. Throws where `find` does not stand there exactly once. */
export function changed(text: string, { file, find, replace }: Change): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(`${file} holds "${find.slice(0, 60)}" ${parts.length - 1} times, not once`);
  }
  return parts.join(replace);
}

function textOf(source: ArrayBufferLike | NodeJS.TypedArray | null | undefined): string {
  return source ? new TextDecoder().decode(source as Uint8Array) : '';
}
