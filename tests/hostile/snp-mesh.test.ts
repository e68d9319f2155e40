/**
 * A node on SEV-SNP in a mesh, on real sockets, and everything that a host can show in its place:
 * each is refused with its code (docs/verify.md).
 */
import { explainEvidence, raTlsCertificate, toPem, verifyEvidence } from '@holdfast/attestation'
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { type Evidence, encodeEvidence, parseEvidence } from '@holdfast/base/evidence'
import { BootId, ZoneId } from '@holdfast/base/ids'
import { type Manifest, manifestSchema } from '@holdfast/base/manifest'
import { meshTlsOptions, type TlsIdentity } from '@holdfast/node/mesh/tls-peer'
import { createVerifyPeer } from '@holdfast/node/mesh/verify-peer'
import { ecPrivateKeyPem } from '@holdfast/node/platform/tls-certificate'
import { closeAll, question, rawClient, startNode, until } from '@holdfast/node/testing/mesh-nodes'
import { silentLogs } from '@holdfast/node/testing/tls-identity'
import { p256 } from '@noble/curves/nist.js'
import { afterEach, describe, expect, it } from 'vitest'
import { evidenceOf, identity, nodeKeys, nonce, signed, verified } from '../attestation/mesh.ts'
import {
  chip,
  snpEvidenceOf,
  snpFields,
  snpGenesis,
  snpTestPolicy,
} from '../attestation/snp-mesh.ts'
import { askSerial, tcbBytes, testChip, testTcb } from '../attestation/snp-platform.ts'
import { dayMs, nowMs } from '../attestation/world.ts'
import { connectCode, manifests } from './shown-to-client.ts'

afterEach(closeAll)

const certify = (evidence: Evidence): TlsIdentity => {
  const certificate = raTlsCertificate({
    evidence,
    sign: (tbs: Bytes) => p256.sign(tbs, nodeKeys.tls, { lowS: false }),
    serial: Uint8Array.of(0x40, 1),
  })
  const life = { endsInMs: dayMs, lifetimeMs: dayMs }
  return { key: ecPrivateKeyPem(nodeKeys.tls), certificate: toPem(certificate), ...life }
}

const verify = createVerifyPeer({ manifest: () => snpGenesis, nowMs: () => nowMs })
const { mesh, hash: manifest } = snpGenesis
/** The node on SGX of the same mesh. */
const sgxBoot = BootId.of(new Uint8Array(16).fill(5))
const sgxEvidence = () => evidenceOf({ identity: { mesh, manifest, boot: sgxBoot } })

describe('a node on SEV-SNP', () => {
  it('links with a node on SGX, each verifying the other by the inventory', async () => {
    const snp = await startNode({
      boot: identity.boot,
      identity: certify(snpEvidenceOf()),
      verify,
    })
    const sgx = await startNode({
      boot: sgxBoot,
      identity: certify(sgxEvidence()),
      verify,
      to: [['us', snp.port]],
    })
    await until(() => sgx.ups.length > 0)
    const asked = await sgx.mesh.ask(identity.boot, utf8('hello'), { timeoutMs: 5000 })
    expect([asked.ok, snp.questions]).toEqual([true, ['eu: hello']])
    expect(sgx.ups).toMatchObject([{ zone: 'us', level: 2 }])
  })

  it('is verified by a client over the wire as any other', () => {
    const evidence = parseEvidence(encodeEvidence(snpEvidenceOf({ nonce })))
    const judged = verifyEvidence({ evidence, manifest: snpGenesis, nowMs, nonce })
    expect(judged).toMatchObject({
      ok: true,
      value: {
        simulated: true,
        fresh: true,
        zone: { id: 'us', level: 2 },
        quote: { platform: 'snp', product: 'Milan-B0', chipIdHash: chip.chipIdHash },
      },
    })
    expect(explainEvidence(judged)).toContain('microcode 115')
  })
})

const other = testChip(0xc2)
const debug = { 0x008: [0, 0, 0x0b] }
const older = tcbBytes({ ...testTcb, microcode: 114 })
const tricks: readonly (readonly [trick: string, show: () => Evidence, code: string])[] = [
  [
    'a chip that governors never listed',
    () => snpEvidenceOf({ chip: other }),
    'platform_not_listed',
  ],
  ['a guest that may be debugged', () => snpEvidenceOf({ report: debug }), 'debug_enclave'],
  [
    'a migration agent',
    () => snpEvidenceOf({ report: { 0x008: [0, 0, 0x07] } }),
    'wrong_attributes',
  ],
  [
    'a report of a privilege level above the firmware’s',
    () => snpEvidenceOf({ report: { 0x030: [1] } }),
    'wrong_attributes',
  ],
  [
    'firmware of before the manifest’s least, with its own VCEK',
    () =>
      snpEvidenceOf({
        report: { 0x180: older, 0x1e0: older, 0x1f0: older },
        collateral: chip.collateral({ tcb: { ...testTcb, microcode: 114 } }),
      }),
    'tcb_not_allowed',
  ],
  [
    'a guest that was launched on older firmware',
    () => snpEvidenceOf({ report: { 0x1f0: older } }),
    'tcb_not_allowed',
  ],
  [
    'the VCEK of another chip',
    () => snpEvidenceOf({ collateral: { vcek: toHex(other.vcek()) } }),
    'collateral_mismatch',
  ],
  [
    'a VCEK of that chip with another key',
    () => snpEvidenceOf({ collateral: { vcek: toHex(testChip(0xc1).vcek()) } }),
    'quote_signature',
  ],
  [
    'an ASK that AMD has revoked',
    () => snpEvidenceOf({ collateral: chip.collateral({ revoked: [askSerial] }) }),
    'platform_revoked',
  ],
  [
    'no list of what AMD has revoked',
    () => snpEvidenceOf({ collateral: { crl: '' } }),
    'collateral_malformed',
  ],
  [
    'a report of another identity',
    () => ({ ...snpEvidenceOf(), quote: snpEvidenceOf({ identity: { boot: sgxBoot } }).quote }),
    'wrong_report_data',
  ],
  [
    'a chip whose id its host hides',
    () => snpEvidenceOf({ report: { 0x1a0: new Uint8Array(64) } }),
    'chip_id_masked',
  ],
  [
    'other code',
    () => snpEvidenceOf({ report: { 0x090: new Uint8Array(48).fill(0xe6) } }),
    'wrong_measurement',
  ],
  [
    'the same code with other data of its host',
    () => snpEvidenceOf({ report: { 0x0c0: [1] } }),
    'wrong_measurement',
  ],
  [
    'a listed chip that calls itself of another zone',
    () => snpEvidenceOf({ identity: { zone: ZoneId('eu') } }),
    'wrong_zone',
  ],
  [
    'an SGX quote beside AMD’s certificates',
    () => ({ ...snpEvidenceOf(), quote: sgxEvidence().quote }),
    'quote_trailing_bytes',
  ],
  [
    'a report beside Intel’s collateral',
    () => ({ ...snpEvidenceOf(), collateral: sgxEvidence().collateral }),
    'quote_unsupported',
  ],
]

describe('in the place of a node on SEV-SNP', () => {
  it.each(tricks)('is refused by a client: %s', async (_trick, show, code) => {
    const nonceSignature = (given: Bytes) => snpEvidenceOf({ nonce: given }).nonceSignature!
    const chain = manifests(signed(snpFields))
    const evidence = (given: Bytes) => ({ ...show(), nonceSignature: nonceSignature(given) })
    const known = { mesh: snpGenesis.mesh, minimumSerial: 1, now: () => nowMs }
    const genuine = (given: Bytes) => snpEvidenceOf({ nonce: given })
    expect(await connectCode({ chain, evidence: genuine }, known)).toBe('connected')
    expect(await connectCode({ chain, evidence }, known)).toBe(code)
  })

  it.each(tricks)('is refused by a peer, without a byte: %s', async (_trick, show, code) => {
    const codes: unknown[] = []
    const logs = {
      ...silentLogs,
      warn: (event: string, fields: { readonly code?: unknown } = {}): void => {
        if (event === 'peer refused') codes.push(fields.code)
      },
    }
    const node = await startNode({ verify, logs })
    const { state } = rawClient(node.port, meshTlsOptions(certify(show())), question('hello'))
    await until(() => state.ended)
    expect(codes).toEqual([code])
    expect([state.received, node.questions]).toEqual([0, []])
  })

  const judge = (change: Partial<Manifest>, evidence = snpEvidenceOf({ nonce })) => {
    const changed = verified({ ...snpFields, ...change })
    const own = { ...snpGenesis, manifest: changed.manifest }
    const result = verifyEvidence({ evidence, manifest: own, nowMs, nonce })
    return result.ok ? 'accepted' : result.refusal.code
  }

  it('is refused evidence under a root of tests in a mesh of hardware', () => {
    const { simulatedRoot: _, simulatedSnpRoot: __, ...fields } = snpFields
    const hardware = verified({ ...fields, kind: 'hardware' })
    const result = verifyEvidence({ evidence: snpEvidenceOf(), manifest: hardware, nowMs })
    expect(result).toMatchObject({ refusal: { code: 'simulated_evidence' } })
  })

  it('is refused by a mesh that asks nothing of SEV-SNP, or has no such root', () => {
    expect(judge({})).toBe('accepted')
    const { snp: _, simulatedSnpRoot: __, ...fields } = snpFields
    const { inventory } = snpFields
    const without = verified({ ...fields, inventory: inventory.slice(0, 1) })
    const asked = { evidence: snpEvidenceOf(), manifest: without, nowMs }
    expect(verifyEvidence(asked)).toMatchObject({ refusal: { code: 'platform_not_listed' } })
    const rootless = verified({ ...fields, snp: snpTestPolicy })
    const rooted = { evidence: snpEvidenceOf(), manifest: rootless, nowMs }
    expect(verifyEvidence(rooted)).toMatchObject({ refusal: { code: 'unknown_root' } })
  })

  it('is held to the policy of the manifest, field by field', () => {
    const asks = (change: Partial<typeof snpTestPolicy>) =>
      judge({ snp: { ...snpTestPolicy, ...change } })
    expect(asks({})).toBe('accepted')
    expect(asks({ minTcb: { Milan: { ...testTcb, snp: 9 } } })).toBe('tcb_not_allowed')
    expect(asks({ minTcb: {} })).toBe('tcb_not_allowed')
    expect(asks({ minGuestSvn: 1 })).toBe('wrong_attributes')
    expect(asks({ allowSmt: false })).toBe('wrong_attributes')
    expect(asks({ platform: ['aliasesChecked'] })).toBe('wrong_attributes')
    expect(asks({ authorKeyDigests: ['ab'.repeat(48)] })).toBe('wrong_attributes')
    const agent = snpEvidenceOf({ nonce, report: { 0x008: [0, 0, 0x07] } })
    const snp = { ...snpTestPolicy, allowMigrationAgent: true }
    expect(judge({ snp }, agent)).toBe('accepted')
  })
})

describe('a manifest', () => {
  const isGood = (change: object): boolean =>
    manifestSchema.safeParse({ ...snpFields, ...change }).success

  it('lists chips only with what it asks of them, once each', () => {
    const { snp: _, ...without } = snpFields
    expect(isGood({})).toBe(true)
    expect(manifestSchema.safeParse(without).success).toBe(false)
    const chips = snpFields.inventory.slice(1)
    expect(isGood({ inventory: [...chips, ...chips] })).toBe(false)
    expect(isGood({ inventory: [{ chipIdHash: chip.chipIdHash, ppidHash: '', zone: 'us' }] })).toBe(
      false,
    )
    expect(isGood({ snp: { ...snpTestPolicy, minTcb: { Rome: testTcb } } })).toBe(false)
    expect(isGood({ snp: { ...snpTestPolicy, unknown: true } })).toBe(false)
  })

  it('of hardware names no root of SEV-SNP', () => {
    const { simulatedRoot: _, simulatedSnpRoot, ...fields } = snpFields
    const hardware = { ...fields, kind: 'hardware' }
    expect(manifestSchema.safeParse(hardware).success).toBe(true)
    expect(manifestSchema.safeParse({ ...hardware, simulatedSnpRoot }).success).toBe(false)
  })
})
