// A part that may be wider than the screen: it scrolls alone, by keyboard as well.

import type { Child } from 'hono/jsx';

export function Scrollable({ name, children }: { name: string; children: Child }) {
  return (
    <section class="scroll" tabindex={0} aria-label={name}>
      {children}
    </section>
  );
}
