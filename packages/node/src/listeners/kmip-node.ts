/** The KMIP listeners that a configuration names, with a certificate of the zone's CA. */
import { toPem } from '@holdfast/attestation'
import type { KmipAddresses } from '@holdfast/base/answers'
import { fail, RefusalError } from '@holdfast/base/errors'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { refuseMessage } from '@holdfast/enclave/kmip/refuse-message'
import type { NodeConfig } from '../config.ts'
import { kmipCaCheckMs } from '../limits.ts'
import type { Logs } from '../logs.ts'
import { addressText, type HostPort } from '../mesh/peer-address.ts'
import type { OwnCertificate } from '../platform/own-certificate.ts'
import { strangerAt } from './caller.ts'
import type { FairTurns } from './fair-turns.ts'
import { type KmipListener, listenKmip } from './kmip.ts'
import type { KmipCertificate, KmipListenerOptions } from './kmip-clients.ts'
import { listenKmipHttps } from './kmip-https.ts'
import { certificateNames, kmipNames } from './kmip-names.ts'

export type KmipOfNode = {
  /** Where clients find this node, by the first of its names. */
  readonly addresses: KmipAddresses
  connections(): number
  stop(): Promise<void>
}

type Options = {
  readonly config: Pick<NodeConfig, 'listenKmip' | 'listenKmipHttps' | 'kmipNames'>
  readonly core: Pick<Core, 'kmip' | 'kmipCaller' | 'serverCertificate' | 'zoneTrust'>
  /** Those of all listeners. */
  readonly turns: Pick<FairTurns, 'take'>
  /** The node's TLS key, which its evidence names. */
  readonly own: Pick<OwnCertificate, 'identity' | 'tls' | 'whenRenewed'>
  readonly logs: Logs
} & Pick<KmipListenerOptions, 'answered' | 'closed' | 'refused'>

type Listen = typeof listenKmip

const listenAt = async (
  listen: Listen,
  address: HostPort,
  options: Omit<KmipListenerOptions, 'host' | 'port'>,
): Promise<KmipListener> => {
  try {
    return await listen({ ...options, ...address })
  } catch {
    return fail('address_in_use', 'the KMIP port cannot be had')
  }
}

/** Shows a new certificate with each identity, and where the zone's CA is another. */
const keepCertificate = ({
  core,
  own,
  logs,
  issue,
  open,
}: Pick<Options, 'core' | 'logs' | 'own'> & {
  readonly issue: () => KmipCertificate | undefined
  readonly open: readonly KmipListener[]
}): (() => void) => {
  let stopped = false
  const renew = (): void => {
    const certificate = stopped ? undefined : issue()
    // A node that has stopped serving shows what it has.
    if (certificate === undefined) return
    for (const listener of open) listener.setCertificate(certificate)
    logs.info('certificate renewed')
  }
  const caNow = (): Uint8Array => core.zoneTrust()?.certificate ?? new Uint8Array()
  let ca = caNow()
  own.whenRenewed(renew)
  const check = setInterval(() => {
    const now = caNow()
    if (now.length === 0 || Buffer.compare(now, ca) === 0) return
    ca = now
    renew()
  }, kmipCaCheckMs)
  return () => {
    stopped = true
    clearInterval(check)
  }
}

/** The core must have started. Throws `bad_configuration`, `address_in_use`, `not_ready`. */
export const listenForKmip = async (options: Options): Promise<KmipOfNode> => {
  const { config, core, turns, own, logs } = options
  const { listenKmip: plain, listenKmipHttps: https } = config
  const host = plain?.host ?? https?.host
  if (host === undefined) {
    return { addresses: {}, connections: () => 0, stop: async () => undefined }
  }
  const names = kmipNames(config.kmipNames, host)
  const issue = (): KmipCertificate | undefined => {
    const identity = own.identity()
    const leaf = core.serverCertificate(certificateNames(names), identity)
    const { key } = own.tls()
    const endsInMs = identity.notAfterMs - Date.now()
    return leaf && { key, certificate: toPem(leaf), endsInMs }
  }
  const open: KmipListener[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(open.map((listener) => listener[Symbol.asyncDispose]()))
  }
  const common: Omit<KmipListenerOptions, 'host' | 'port'> = {
    handle: async (caller, untrusted, form, connection) => {
      const turn = { key: caller.tenant, kind: 'known' } as const
      const answer = await turns.take(turn, () => core.kmip(caller, untrusted, form, connection))
      if (!answer.ok) throw new RefusalError(answer.refusal)
      return answer.value
    },
    refuse: (untrusted, form, refusal) => {
      const timeStamp = BigInt(Math.floor(Date.now() / 1000))
      return refuseMessage(untrusted, form, { refusal, timeStamp })
    },
    authenticate: async (publicKey, address) => {
      const holder = await turns.take(strangerAt(address), () => core.kmipCaller(publicKey))
      return holder.ok ? holder.value : undefined
    },
    certificate: issue() ?? fail('not_ready', 'the core has not started'),
    ...(options.answered === undefined ? {} : { answered: options.answered }),
    ...(options.closed === undefined ? {} : { closed: options.closed }),
    ...(options.refused === undefined ? {} : { refused: options.refused }),
  }
  const at = async (listen: Listen, address: HostPort | undefined): Promise<string | undefined> => {
    if (address === undefined) return undefined
    const listener = await listenAt(listen, address, common)
    open.push(listener)
    return addressText({ host: names[0], port: listener.port })
  }
  try {
    const tls = await at(listenKmip, plain)
    const web = await at(listenKmipHttps, https)
    const stopKeeping = keepCertificate({ core, own, logs, issue, open })
    return {
      addresses: {
        ...(tls === undefined ? {} : { tls }),
        ...(web === undefined ? {} : { https: `https://${web}/kmip` }),
      },
      connections: () => open.reduce((sum, listener) => sum + listener.connections(), 0),
      stop: async () => {
        stopKeeping()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
