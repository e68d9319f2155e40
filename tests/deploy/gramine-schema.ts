/**
 * The part of Gramine's manifest syntax that is used here (Gramine documentation 1.9, "Manifest
 * syntax"), strictly: an option that is not written here is an error, the insecure ones first.
 */
import { z } from 'zod'

const size = z.string().regex(/^[1-9][0-9]*[KMG]?$/)
const uri = z.string().regex(/^file:\/[^{}]*$/)
const path = z.string().regex(/^\/[^{}]*$/)

export const gramineManifest = z.strictObject({
  loader: z.strictObject({
    log_level: z.literal('error'),
    argv: z.array(z.string()).min(1),
    env: z.record(z.string(), z.string()),
  }),
  libos: z.strictObject({ entrypoint: path }),
  sys: z.strictObject({
    disallow_subprocesses: z.literal(true),
    enable_sigterm_injection: z.literal(true),
    stack: z.strictObject({ size }),
  }),
  fs: z.strictObject({
    root: z.strictObject({ type: z.enum(['chroot', 'tmpfs']), uri }),
    mounts: z.array(z.strictObject({ path, uri })),
  }),
  sgx: z.strictObject({
    debug: z.literal(false),
    remote_attestation: z.literal('dcap'),
    enclave_size: size,
    edmm_enable: z.boolean(),
    max_threads: z.int().min(8).max(256),
    trusted_files: z.array(uri),
    allowed_files: z.array(uri),
  }),
})
