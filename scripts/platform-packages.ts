/** The binaries of other platforms that a lock file should list, read from their names. */

type LockEntry = {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export type PackageLock = { readonly packages: Record<string, LockEntry> }

const systems: Readonly<Record<string, string>> = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
}

const processors: Readonly<Record<string, string>> = {
  amd64: 'x64',
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
}

const found = (words: readonly string[], table: Readonly<Record<string, string>>): string[] =>
  words.flatMap((word) => (table[word] === undefined ? [] : [table[word]]))

/** `binding-linux-arm64-musl` → linux, arm64, musl. */
const platformOf = (name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | undefined => {
  const words = name.split(/[-/]/)
  const [os] = found(words, systems)
  const [cpu] = found(words, processors)
  if (os === undefined || cpu === undefined) return undefined
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : undefined
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc }) }
}

/** Optional packages that some entry names and that have no entry of their own. */
export const missingPlatforms = (
  lock: PackageLock,
): readonly { readonly path: string; readonly entry: LockEntry }[] =>
  Object.entries(lock.packages).flatMap(([owner, { dev, optionalDependencies }]) =>
    Object.entries(optionalDependencies ?? {}).flatMap(([name, version]) => {
      const path = `node_modules/${name}`
      const platform = platformOf(name)
      const listed = lock.packages[path] ?? lock.packages[`${owner}/${path}`]
      if (listed !== undefined || platform === undefined) return []
      const entry = { version, ...(dev === true ? { dev } : {}), optional: true, ...platform }
      return [{ path, entry }]
    }),
  )
