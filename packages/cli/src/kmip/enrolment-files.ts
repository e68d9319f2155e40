/** The folder that a KMIP client is set up from: its key, its certificate, what it must trust. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import { publicFile, secretFile } from '../mesh-folder/files.ts'
import type { ClientCertificate } from './client-certificate.ts'

export type EnrolmentFiles = {
  readonly key: string
  readonly certificate: string
  readonly ca: string
  readonly pykmip: string
}

/** One section of `~/.pykmip/pykmip.conf`, as PyKMIP's client reads it. */
const pykmipConf = (files: EnrolmentFiles, address: string): string => {
  const at = address.lastIndexOf(':')
  return `[client]
host=${address.slice(0, at).replaceAll(/[[\]]/g, '')}
port=${address.slice(at + 1)}
keyfile=${files.key}
certfile=${files.certificate}
cert_reqs=CERT_REQUIRED
ssl_version=PROTOCOL_TLSv1_2
ca_certs=${files.ca}
do_handshake_on_connect=True
suppress_ragged_eofs=True
username=
password=
`
}

/**
 * Writes the folder and then does `enrol`; where that fails the folder is removed again, so that
 * no key lies about that no wallet knows. Refuses `invalid_field` where the folder exists.
 */
export const withEnrolmentFiles = async <Value>(
  options: {
    readonly dir: string
    readonly made: ClientCertificate
    readonly caPem: string
    /** `host:port` of the node that the example names. */
    readonly address: string
  },
  enrol: () => Promise<Value>,
): Promise<{ readonly files: EnrolmentFiles; readonly value: Value }> => {
  const { made, caPem, address } = options
  const dir = resolve(options.dir)
  const files: EnrolmentFiles = {
    key: join(dir, 'client.key'),
    certificate: join(dir, 'client.pem'),
    ca: join(dir, 'ca.pem'),
    pykmip: join(dir, 'pykmip.conf'),
  }
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch {
    fail('invalid_field', 'the folder exists or cannot be made', dir)
  }
  try {
    await writeFile(files.key, made.keyPem, { mode: secretFile, flag: 'wx' })
    await writeFile(files.certificate, made.certificatePem, { mode: publicFile })
    await writeFile(files.ca, caPem, { mode: publicFile })
    await writeFile(files.pykmip, pykmipConf(files, address), { mode: publicFile })
    return { files, value: await enrol() }
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  } finally {
    made.keyPem.fill(0)
  }
}
