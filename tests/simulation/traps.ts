// While a world runs, the machine's own time and chance are out of bounds: whoever touches them
// would make two runs of one seed differ.

type Restore = () => void;

export interface Alarms {
  /** Called with the name of what was touched, before it throws. */
  readonly touched: (what: string) => void;
  /** Called with the reason of a rejection that nobody handled. */
  readonly rejected: (reason: unknown) => void;
}

/**
 * Makes Date.now, new Date(), Math.random, timers, performance.now and fetch throw, and takes all
 * unhandled rejections, until the returned function is called.
 */
export function setTraps(alarms: Alarms): Restore {
  const onTouched = alarms.touched;
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
  restores.push(trapDate(onTouched), takeRejections(alarms.rejected), shortenStacks());
  return () => {
    for (const restore of restores.reverse()) restore();
  };
}

/** `new Date()` without a time reads the machine's clock; with one it is only arithmetic. */
function trapDate(onTouched: (what: string) => void): Restore {
  const scope = globalThis as { Date: DateConstructor };
  const real = scope.Date;
  // A function and no Proxy, which would make every date of the code under test slow.
  const trapped = function trappedDate(...values: unknown[]) {
    if (values.length > 0 && new.target) return Reflect.construct(real, values);
    onTouched('new Date()');
    throw new Error('new Date() was touched inside the simulation: use the clock port');
  };
  Object.setPrototypeOf(trapped, real);
  trapped.prototype = real.prototype;
  scope.Date = trapped as unknown as DateConstructor;
  return () => {
    scope.Date = real;
  };
}

/** Hundreds of errors a world are thrown and caught; one line says where one came from. */
function shortenStacks(): Restore {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  return () => {
    Error.stackTraceLimit = before;
  };
}

function takeRejections(onRejected: (reason: unknown) => void): Restore {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  const take = (reason: unknown) => onRejected(reason);
  process.on('unhandledRejection', take);
  return () => {
    process.off('unhandledRejection', take);
    for (const other of others) process.on('unhandledRejection', other);
  };
}
