/** A container image as an OCI layout in one tar (OCI Image Format 1.1), without an engine. */
import { createHash } from 'node:crypto'
import { type TarEntry, tarOf } from './tar.ts'

export type ImageOptions = {
  /** The root file system. */
  readonly entries: readonly TarEntry[]
  readonly entrypoint: readonly string[]
  readonly env: readonly string[]
  readonly workingDir: string
  /** `uid:gid`, never root. */
  readonly user: string
  readonly architecture: 'amd64' | 'arm64'
  readonly tag: string
  readonly labels: Readonly<Record<string, string>>
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

type Blob = { readonly digest: string; readonly bytes: Uint8Array }

const blobOf = (bytes: Uint8Array): Blob => ({ digest: sha256(bytes), bytes })
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const descriptor = (mediaType: string, { digest, bytes }: Blob) => ({
  mediaType: `application/vnd.oci.image.${mediaType}`,
  digest: `sha256:${digest}`,
  size: bytes.length,
})

/** The layer is not compressed: its digest then rests on no version of a compressor. */
export const ociImage = (
  options: ImageOptions,
): { readonly tar: Buffer; readonly digest: string } => {
  const layer = blobOf(tarOf(options.entries))
  const config = blobOf(
    json({
      architecture: options.architecture,
      os: 'linux',
      config: {
        User: options.user,
        Env: options.env,
        Entrypoint: options.entrypoint,
        WorkingDir: options.workingDir,
        Labels: options.labels,
        StopSignal: 'SIGTERM',
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer.digest}`] },
      history: [{ created_by: 'holdfast release' }],
    }),
  )
  const manifest = blobOf(
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: descriptor('config.v1+json', config),
      layers: [descriptor('layer.v1.tar', layer)],
    }),
  )
  const index = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('manifest.v1+json', manifest),
        annotations: { 'org.opencontainers.image.ref.name': options.tag },
      },
    ],
  })
  const folder = (path: string): TarEntry => ({ path, mode: 0o755 })
  const file = (path: string, content: Uint8Array): TarEntry => ({ path, mode: 0o644, content })
  const tar = tarOf([
    folder('blobs/'),
    folder('blobs/sha256/'),
    ...[layer, config, manifest].map(({ digest, bytes }) => file(`blobs/sha256/${digest}`, bytes)),
    file('index.json', index),
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
  ])
  return { tar, digest: `sha256:${manifest.digest}` }
}
