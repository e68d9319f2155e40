/** Validate: which certificates are one chain that is good at a moment. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Bytes } from '@holdfast/base/bytes'
import { basicConstraints, buildCertificate } from '@holdfast/base/x509'
import { describe, expect, it } from 'vitest'
import { startKmip } from '../testing/start-kmip.ts'

type Authority = { readonly name: string; readonly privateKey: KeyObject }
type Made = Authority & { readonly certificate: Bytes }

const { done, failed, clock } = startKmip()
const dayMs = 86_400_000
let serials = 0

/** A certificate of a new key, by another or by itself, good for a day. */
const make = (name: string, by?: Authority, ca = true): Made => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const issuer = by ?? { name, privateKey }
  serials += 1
  const certificate = buildCertificate({
    serial: Uint8Array.of(serials),
    issuer: { commonName: issuer.name },
    subject: { commonName: name },
    notBeforeMs: clock.ms - dayMs,
    notAfterMs: clock.ms + dayMs,
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    extensions: [basicConstraints({ ca })],
    algorithm: 'ed25519',
    sign: (tbs) => new Uint8Array(sign(null, tbs, issuer.privateKey)),
  })
  return { name, privateKey, certificate }
}

const root = make('root')
const middle = make('middle', root)
const leaf = make('leaf', middle, false)

const payloadOf = (chain: readonly Made[]) => ({
  certificates: chain.map(
    ({ certificate: certificateValue }) =>
      ({ certificateType: 'X_509', certificateValue }) as const,
  ),
})

const judged = async (chain: readonly Made[], more: object = {}) =>
  (await done('Validate', { ...payloadOf(chain), ...more })).validityIndicator

describe('Validate', () => {
  it('finds a chain valid in whatever order its certificates stand', async () => {
    expect(await judged([root])).toBe('Valid')
    expect(await judged([root, middle, leaf])).toBe('Valid')
    expect(await judged([leaf, root, middle])).toBe('Valid')
  })

  it('finds no chain where a link or its root is missing', async () => {
    expect(await judged([root, leaf])).toBe('Invalid')
    expect(await judged([middle, leaf])).toBe('Invalid')
  })

  it('takes no certificate for an authority that does not say it', async () => {
    const forged = make('forged', leaf, false)
    expect(await judged([root, middle, leaf, forged])).toBe('Invalid')
  })

  it('takes one chain alone, and signatures by the named key alone', async () => {
    const other = make('another leaf', middle, false)
    expect(await judged([root, middle, leaf, other])).toBe('Invalid')
    expect(await judged([root, make('second root')])).toBe('Invalid')
    const impostor = make('claims', { name: 'middle', privateKey: make('x').privateKey }, false)
    expect(await judged([root, middle, impostor])).toBe('Invalid')
  })

  it('looks at the moment that is asked for, and at now where none is', async () => {
    const at = (ms: number) => ({ validityDate: BigInt(Math.floor(ms / 1000)) })
    const chain = [root, middle, leaf]
    expect(await judged(chain, at(clock.ms + 2 * dayMs))).toBe('Invalid')
    expect(await judged(chain, at(clock.ms - 2 * dayMs))).toBe('Invalid')
    expect(await judged(chain, at(clock.ms))).toBe('Valid')
  })

  it('judges registered certificates too, and nothing that is none', async () => {
    const { uniqueIdentifier } = await done('Register', {
      objectType: 'Certificate',
      attributes: [],
      object: {
        type: 'Certificate',
        value: { certificateType: 'X_509', certificateValue: root.certificate },
      },
    })
    expect(await judged([middle, leaf], { uniqueIdentifiers: [uniqueIdentifier] })).toBe('Valid')
    expect(await failed('Validate', {})).toBe('InvalidMessage')
    expect(await failed('Validate', payloadOf(Array.from({ length: 17 }, () => root)))).toBe(
      'InvalidField',
    )
  })
})
