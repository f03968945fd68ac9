// Brings what a runner did into the audit log: carried by the header until it stands there, so that
// a runner that dies leaves it to the next one.

import type { Burst } from '#domain/burst.ts';
import type { Deed } from '#domain/deed.ts';
import { codeOf } from '#domain/faults.ts';
import { appendAudit } from '#store/audit-log.ts';
import type { RunnerPorts } from './ports.ts';

/** Around the moment nothing else may take its time from the calls. */
const QUIET_BEFORE_MS = 3_000;
const QUIET_AFTER_MS = 2_000;

export class Deeds {
  readonly #ports: RunnerPorts;
  /** Revisions of the deeds that stand in the log. */
  readonly #written = new Set<number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  /** What the next header has to carry on. */
  open(burst: Burst): readonly Deed[] {
    return (burst.deeds ?? []).filter((deed) => !this.#written.has(deed.revision));
  }

  /** Begins to write what the header carries, unless the moment is near. */
  begin(burst: Burst): void {
    if (this.open(burst).length > 0 && !isNearMoment(burst, this.#ports.clock.now())) {
      void this.write(burst);
    }
  }

  /** Resolves when everything stands in the log, or cannot be written now. */
  write(burst: Burst): Promise<void> {
    this.#writing = this.#writing.then(() => this.#append(burst));
    return this.#writing;
  }

  async #append(burst: Burst): Promise<void> {
    for (const { revision, at, what, reason } of this.open(burst)) {
      try {
        const entry = { burst: burst.id, id: `r${revision}`, at, by: 'runner', what };
        const after = reason === undefined ? {} : { after: { reason } };
        await appendAudit(this.#ports.table, { ...entry, ...after });
        this.#written.add(revision);
      } catch (error) {
        this.#ports.log.warn('audit_unwritten', { burst: burst.id, code: codeOf(error) });
        return;
      }
    }
  }
}

function isNearMoment({ momentAt, state }: Burst, now: number): boolean {
  if (momentAt === undefined || (state !== 'armed' && state !== 'releasing')) return false;
  return now > momentAt - QUIET_BEFORE_MS && now < momentAt + QUIET_AFTER_MS;
}
