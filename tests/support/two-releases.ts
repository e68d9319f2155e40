/**
 * Two releases of this checkout with different measurements, as what an upgrade goes from and to:
 * the second differs from the first in the version that it says.
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '@holdfast/base/errors'
import { measureRelease, releaseEntry, releaseFiles } from '@holdfast/node/platform/own-code'
import { writeApp } from '../../scripts/release/build-release.ts'
import { findProgram } from './program.ts'

export type Code = { readonly program: string; readonly measurement: string }

/** False, said in a line, where this machine cannot build a release. */
export const canBuildReleases = (): boolean =>
  process.arch === 'x64' &&
  findProgram({
    program: 'libsecp256k1.so.1',
    install: 'apt-get install libsecp256k1-1',
    paths: ['/usr/lib/x86_64-linux-gnu/libsecp256k1.so.1'],
  }) !== undefined

const codeOf = (app: string): Code => ({
  program: join(app, releaseEntry),
  // As nodes of it measure themselves: with the Node that runs them.
  measurement: measureRelease(app, process.execPath),
})

/** Builds them into two folders of `dir`. */
export const buildTwoReleases = async (
  root: string,
  dir: string,
): Promise<{ readonly before: Code; readonly after: Code }> => {
  const [first, second] = [join(dir, 'before'), join(dir, 'after')]
  const { contents } = await writeApp(root, first)
  const text = Buffer.from(contents[releaseEntry]).toString()
  const raised = text.replace('const version = "0.1.0"', 'const version = "0.1.1"')
  assert(raised !== text, 'the bundle says its version')
  await mkdir(second)
  for (const name of releaseFiles) {
    if (name === releaseEntry) await writeFile(join(second, name), raised)
    else await symlink(join(first, name), join(second, name))
  }
  return { before: codeOf(first), after: codeOf(second) }
}
