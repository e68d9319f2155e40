/** The shared libraries of Debian that a release's programs load, by the loader's own word. */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { assert } from '@holdfast/base/errors'

export type SystemLibrary = {
  /** Where the loader finds it: `/lib/x86_64-linux-gnu/libm.so.6`. */
  readonly path: string
  readonly name: string
  readonly content: Buffer
  /** `libc6 2.36-9+deb12u14`, or `unknown` where no dpkg knows. */
  readonly debian: string
}

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** `dpkg` knows files under the name before or behind the merge of /usr. */
const packageOf = (path: string): string => {
  const real = realpathSync(path)
  for (const candidate of [real, real.replace(/^\/usr/, ''), path]) {
    try {
      const owner = run('dpkg-query', ['-S', candidate]).split(': ', 1)[0] ?? ''
      return run('dpkg-query', ['-W', '-f', '${Package} ${Version}', owner])
    } catch {
      // Not under this name.
    }
  }
  return 'unknown'
}

const libraryAt = (path: string): SystemLibrary => ({
  path,
  name: basename(path),
  content: readFileSync(path),
  debian: packageOf(path),
})

/** libsecp256k1 of the system, newest interface first. */
export const systemSecp256k1 = (): SystemLibrary => {
  const lines = run('/sbin/ldconfig', ['-p']).split('\n')
  for (const version of [6, 5, 2, 1]) {
    const path = lines
      .find((line) => line.trim().startsWith(`libsecp256k1.so.${version} `))
      ?.split('=> ')[1]
    if (path !== undefined) return libraryAt(path.trim())
  }
  throw new Error('libsecp256k1 is absent; install it with: apt-get install libsecp256k1-1')
}

/** Of all these programs and libraries together, in byte order of their paths. */
export const librariesOf = (files: readonly string[]): readonly SystemLibrary[] => {
  const paths = files.flatMap((file) =>
    run('ldd', [file])
      .split('\n')
      .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []),
  )
  assert(paths.length > 0, 'the programs load shared libraries')
  return [...new Set(paths)].toSorted().map(libraryAt)
}
