/** The node as one file of JavaScript: every library inside, native addons beside it. */
import { join } from 'node:path'
import { assert } from '@holdfast/base/errors'
import { type Plugin, rolldown } from 'rolldown'

/** Addons by the name that the bundle asks for; they lie beside it. */
export const addonNames = ['koffi.node', 'sodium-native.node'] as const

/** What libraries do to find their addon, replaced by the addon itself. */
const addonLoaders: readonly (readonly [source: string, importer: string, addon: string])[] = [
  ['koffi', '/packages/enclave/', 'koffi.node'],
  ['./binding', '/sodium-native/', 'sodium-native.node'],
]

const addons: Plugin = {
  name: 'addons',
  resolveId: (source, importer = '') => {
    const addon = addonNames.find((name) => source === `./${name}`)
    if (addon !== undefined) return { id: source, external: true }
    const loader = addonLoaders.find(([from, by]) => source === from && importer.includes(by))
    return loader === undefined ? undefined : `\0addon:${loader[2]}.cjs`
  },
  load: (id) => {
    const name = /^\0addon:(.+)\.cjs$/.exec(id)?.[1]
    return name === undefined ? undefined : `module.exports = require('./${name}')`
  },
}

/** The code; the same bytes wherever the repository lies. */
export const bundleNode = async (root: string): Promise<string> => {
  await using build = await rolldown({
    input: join(root, 'packages/node/src/main.ts'),
    cwd: root,
    platform: 'node',
    plugins: [addons],
    // The sources need nothing but their types removed.
    tsconfig: false,
    logLevel: 'silent',
    // Comments that name source paths would tell one folder from another.
    experimental: { attachDebugInfo: 'none' },
  })
  const { output } = await build.generate({
    format: 'esm',
    codeSplitting: false,
    comments: false,
  })
  const [chunk, ...others] = output
  assert(others.length === 0, 'the bundle is one file')
  assert(
    chunk.imports.every((name) => name.startsWith('node:') || name.startsWith('./')),
    'the bundle needs nothing but Node and its addons',
  )
  return chunk.code
}
