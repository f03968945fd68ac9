// What every process of the black box has in common: its input, its sign of life, its end.

/** What the parent passed along. */
export function inputOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

export function say(message: object): void {
  // The parent may be gone: then this process is about to end as well.
  if (process.connected) process.send?.(message, () => undefined);
}

// A process ends when its parent does, also while it is still starting.
process.on('disconnect', () => process.exit(0));

/** Says that the process can be talked to. */
export function ready(message: object = {}): void {
  say({ kind: 'ready', ...message });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
