/** The root file system of the container image: the release, its libraries and nothing else. */
import { releaseNode } from '@holdfast/node/platform/own-code'
import type { ImageOptions } from './oci-image.ts'
import type { SystemLibrary } from './system-libraries.ts'
import type { TarEntry } from './tar.ts'

const uid = 10_001

/** Every folder above the files, once. */
const foldersOf = (paths: readonly string[]): readonly TarEntry[] => {
  const folders = new Set(
    paths.flatMap((path) => {
      const parts = path.split('/').slice(0, -1)
      return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`)
    }),
  )
  return [...folders].map((path) => ({ path, mode: 0o755 }))
}

/**
 * No shell, no package manager. Runs as a user without rights; all that it writes is in `/data`,
 * so that the root can be mounted read-only.
 */
export const rootFileSystem = (release: {
  readonly contents: Readonly<Record<string, Uint8Array>>
  readonly libraries: readonly SystemLibrary[]
}): Pick<ImageOptions, 'entries' | 'entrypoint' | 'env' | 'workingDir' | 'user'> => {
  const text = (path: string, content: string): TarEntry => ({
    path,
    mode: 0o644,
    content: Buffer.from(content),
  })
  const files: readonly TarEntry[] = [
    ...Object.entries(release.contents).map(([name, content]) => ({
      path: `holdfast/${name}`,
      mode: name === releaseNode ? 0o755 : 0o644,
      content,
    })),
    ...release.libraries.map(({ path, content }) => ({
      path: path.slice(1),
      mode: 0o755,
      content,
    })),
    text('etc/passwd', `holdfast:x:${uid}:${uid}::/data:/nonexistent\n`),
    text('etc/group', `holdfast:x:${uid}:\n`),
    text('etc/nsswitch.conf', 'hosts: files dns\n'),
  ]
  return {
    entries: [
      ...foldersOf(files.map(({ path }) => path)),
      { path: 'data/', mode: 0o700, uid },
      ...files,
    ],
    entrypoint: [
      '/holdfast/node',
      '--max-semi-space-size=2',
      '/holdfast/enclave.mjs',
      '--dir',
      '/data',
    ],
    env: ['NODE_ENV=production', 'MALLOC_ARENA_MAX=1'],
    workingDir: '/data',
    user: `${uid}:${uid}`,
  }
}
