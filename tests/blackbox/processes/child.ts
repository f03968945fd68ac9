// What every process of the black box has in common: its input, its sign of life, its end.

/** What the parent passed along. */
export function inputOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

export function say(message: object): void {
  // The parent may be gone: then this process is about to end as well.
  if (process.connected) process.send?.(message, () => undefined);
}

/** Says that the process can be talked to; it ends when its parent does. */
export function ready(message: object = {}): void {
  process.on('disconnect', () => process.exit(0));
  say({ kind: 'ready', ...message });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
