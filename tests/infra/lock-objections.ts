// What must not stand in package-lock.json, and how old a release must be before it is taken.

export interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  /** Only for these systems: npm notes no digest of what it did not fetch itself. */
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly version?: string;
}

/** What may run a script while it is installed: its platform's binary is put in place. */
export const SCRIPTS = new Set(['esbuild', 'node']);
/** These have a script too; npm does not run it, because package.json does not allow it. */
const NEVER_RUN = new Set(['classic-level', 'neo-async']);

export function lockObjections(packages: { readonly [path: string]: Locked }): string[] {
  return Object.entries(packages).flatMap(([path, locked]) => {
    if (path === '') return [];
    const name = path.replace(/^.*node_modules\//, '');
    const found: string[] = [];
    if (locked.resolved !== undefined) found.push(`${name} comes from ${locked.resolved}`);
    const isElsewhere = locked.optional === true && locked.os !== undefined && !locked.integrity;
    if (!locked.inBundle && !isElsewhere && !locked.integrity?.startsWith('sha512-')) {
      found.push(`${name} has no sha512 of its contents`);
    }
    if (locked.hasInstallScript && !SCRIPTS.has(name) && !NEVER_RUN.has(name)) {
      found.push(`${name} wants to run a script`);
    }
    return found;
  });
}

export interface ReleaseDates {
  /** `name@version`, with the reason why it did not have to wait. */
  readonly waived: { readonly [release: string]: string };
  /** `name@version`: the days on which it was published and came into the lock file. */
  readonly releases: {
    readonly [release: string]: { readonly published: string; readonly locked: string };
  };
}

const MINIMUM_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Most releases that were taken over are found out within days. Packages for other systems come with
 * the package that names them, bundled ones inside another; both are as old as those.
 */
export function ageObjections(
  packages: { readonly [path: string]: Locked },
  { waived, releases }: ReleaseDates,
): string[] {
  const wanted = new Set(
    Object.entries(packages)
      .filter(
        ([path, one]) => path !== '' && !one.inBundle && !(one.optional && (one.os ?? one.cpu)),
      )
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
  );
  const idle = Object.keys(releases).filter((release) => !wanted.has(release));
  return [
    ...[...wanted].flatMap((release) => {
      const known = releases[release];
      if (!known) return [`${release} has no date: npm run ages`];
      const days = Math.floor((Date.parse(known.locked) - Date.parse(known.published)) / DAY_MS);
      if (days >= MINIMUM_DAYS || waived[release]) return [];
      return [`${release} was ${days} days old when it was taken, at least ${MINIMUM_DAYS}`];
    }),
    ...idle.map((release) => `${release} is not in the lock file any more: npm run ages`),
  ];
}
