/** The packages of the lock file that a node runs: what is inside the bundle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@holdfast/base/errors'

type LockEntry = {
  readonly name?: string
  readonly version?: string
  readonly integrity?: string
  readonly license?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export type RuntimePackage = {
  /** Its place in the tree: `node_modules/zod`, `packages/base`. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly license: string | undefined
  /** Subresource integrity of its archive; absent for our own. */
  readonly integrity: string | undefined
  /** Places of what it needs. */
  readonly needs: readonly string[]
}

type Packages = Readonly<Record<string, LockEntry>>

/** Where Node finds `name` for what lies at `from`; a workspace is followed to its folder. */
const placeOf = (packages: Packages, from: string, name: string): string | undefined => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    const entry = packages[place]
    if (entry !== undefined) return entry.link === true ? entry.resolved : place
    if (at === '') return undefined
  }
}

const isFor = (name: string, platform: string): boolean =>
  !/-(android|darwin|freebsd|linux|openbsd|win32)-/.test(name) || name.endsWith(`-${platform}`)

/** From `packages/node` on, in byte order of the places. `platform` is `linux-x64` or alike. */
export const runtimePackages = (root: string, platform: string): readonly RuntimePackage[] => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const { packages } = JSON.parse(text) as { packages: Packages }
  const found = new Map<string, RuntimePackage>()
  const visit = (path: string): void => {
    if (found.has(path)) return
    const entry = packages[path]
    assert(entry?.version !== undefined, `the lock file knows ${path}`)
    const wanted = Object.keys(entry.dependencies ?? {})
    const optional = Object.keys(entry.optionalDependencies ?? {})
    const names = [...wanted, ...optional.filter((name) => isFor(name, platform))]
    const needs = names.flatMap((name) => placeOf(packages, path, name) ?? [])
    found.set(path, {
      path,
      name: entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version,
      license: entry.license,
      integrity: entry.integrity,
      needs: needs.toSorted(),
    })
    for (const need of needs) visit(need)
  }
  visit('packages/node')
  visit(`node_modules/node-${platform}`)
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
