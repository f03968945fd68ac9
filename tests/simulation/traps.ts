// While a world runs, the machine's own time and chance are out of bounds: whoever touches them
// would make two runs of one seed differ.

type Restore = () => void;

/**
 * Makes Date.now, new Date(), Math.random, timers, performance.now and fetch throw until the
 * returned function is called.
 */
export function setTraps(onTouched: (what: string) => void): Restore {
  const scope = globalThis as unknown as Record<string, unknown>;
  const restores: Restore[] = [];
  const trap = (owner: Record<string, unknown>, name: string, label: string) => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    if (!before) return;
    const refuse = () => {
      onTouched(label);
      throw new Error(`${label} was touched inside the simulation: use the port`);
    };
    Object.defineProperty(owner, name, { configurable: true, writable: true, value: refuse });
    restores.push(() => Object.defineProperty(owner, name, before));
  };
  for (const name of ['setTimeout', 'setInterval', 'fetch']) trap(scope, name, name);
  trap(Math as unknown as Record<string, unknown>, 'random', 'Math.random');
  trap(Date as unknown as Record<string, unknown>, 'now', 'Date.now');
  trap(Object.getPrototypeOf(performance) as Record<string, unknown>, 'now', 'performance.now');
  restores.push(trapDate(onTouched));
  return () => {
    for (const restore of restores.reverse()) restore();
  };
}

/** `new Date()` without a time reads the machine's clock; with one it is only arithmetic. */
function trapDate(onTouched: (what: string) => void): Restore {
  const scope = globalThis as { Date: DateConstructor };
  const real = scope.Date;
  scope.Date = new Proxy(real, {
    construct(target, values, self) {
      if (values.length > 0) return Reflect.construct(target, values, self);
      onTouched('new Date()');
      throw new Error('new Date() was touched inside the simulation: use the clock port');
    },
  });
  return () => {
    scope.Date = real;
  };
}
