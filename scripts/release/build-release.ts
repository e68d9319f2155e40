/** A whole release of one platform, from the checkout's lock file; the same bytes in any folder. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@holdfast/base/errors'
import {
  measureRelease,
  releaseEntry,
  releaseFiles,
  releaseLibrary,
  releaseNode,
} from '@holdfast/node/platform/own-code'
import { bundleNode } from './bundle.ts'
import { ociImage } from './oci-image.ts'
import { rootFileSystem } from './root-file-system.ts'
import { runtimePackages } from './runtime-packages.ts'
import { sbomOf } from './sbom.ts'
import { librariesOf, systemSecp256k1 } from './system-libraries.ts'

/** What a release is built for; the only one whose binaries the lock file fixes and tests run. */
export const platform = 'linux-x64'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export type Release = {
  readonly version: string
  readonly measurement: string
  readonly imageDigest: string
  /** By path in the folder of the release; SHA-256. */
  readonly files: Readonly<Record<string, string>>
}

const versionOf = (path: string): string =>
  (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version

/** Writes what runs beside a key into `app`; node and addons as the lock file's hashes fix them. */
export const writeApp = async (root: string, app: string) => {
  const modules = join(root, 'node_modules')
  const library = systemSecp256k1()
  const contents: Readonly<Record<(typeof releaseFiles)[number], Uint8Array>> = {
    [releaseEntry]: Buffer.from(await bundleNode(root)),
    'koffi.node': readFileSync(
      join(modules, '@koromix/koffi-linux-x64', platform.replace('-', '_'), 'koffi.node'),
    ),
    [releaseLibrary]: library.content,
    [releaseNode]: readFileSync(join(modules, `node-${platform}`, 'bin/node')),
    'sodium-native.node': readFileSync(
      join(modules, 'sodium-native/prebuilds', platform, 'sodium-native.node'),
    ),
  }
  mkdirSync(app, { recursive: true })
  for (const name of releaseFiles) {
    writeFileSync(join(app, name), contents[name])
    chmodSync(join(app, name), name === releaseNode ? 0o755 : 0o644)
  }
  return { library, contents }
}

/**
 * Builds into `out`: `app/` (what runs), `image.oci.tar`, `sbom.cdx.json` and `release.json` with
 * the measurement and the hash of every file.
 *
 *     const { measurement } = await buildRelease({ root, out: 'dist/release' })
 */
export const buildRelease = async (options: {
  readonly root: string
  readonly out: string
  /** False where only its hash is wanted. */
  readonly writeImage?: boolean
}): Promise<Release> => {
  const { root, out } = options
  const app = join(out, 'app')
  const { library, contents } = await writeApp(root, app)
  const version = versionOf(join(root, 'package.json'))
  const nodeVersion = versionOf(join(root, `node_modules/node-${platform}/package.json`))
  assert(process.versions.node === nodeVersion, 'a release is built by the Node that it brings')
  const measurement = measureRelease(app)
  const libraries = librariesOf(
    releaseFiles.filter((name) => name !== releaseEntry).map((name) => join(app, name)),
  )
  const system = [library, ...libraries].map(({ name, content, debian }) => ({
    name,
    sha256: sha256(content),
    debian,
  }))
  const packages = runtimePackages(root, platform)
  const sbom = Buffer.from(sbomOf({ version, measurement, packages, system }))
  const image = ociImage({
    ...rootFileSystem({ contents, libraries }),
    architecture: 'amd64',
    tag: `holdfast:${version}`,
    labels: {
      'org.holdfast.measurement': measurement,
      'org.opencontainers.image.version': version,
    },
  })
  writeFileSync(join(out, 'sbom.cdx.json'), sbom)
  if (options.writeImage !== false) writeFileSync(join(out, 'image.oci.tar'), image.tar)
  const files = Object.fromEntries([
    ...releaseFiles.map((name) => [`app/${name}`, sha256(contents[name])]),
    ['image.oci.tar', sha256(image.tar)],
    ['sbom.cdx.json', sha256(sbom)],
  ]) as Release['files']
  const release: Release = { version, measurement, imageDigest: image.digest, files }
  const text = { format: 'holdfast release v1', platform, node: nodeVersion, ...release, system }
  writeFileSync(join(out, 'release.json'), `${JSON.stringify(text, null, 2)}\n`)
  return release
}
