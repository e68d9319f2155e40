import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  quotePlatform,
  simulatedCollateral,
  verifyQuote,
  withoutZeroPadding,
} from '@holdfast/attestation'
import { dcapCollateralSchema } from '@holdfast/base/collateral'
import { parseJson } from '@holdfast/base/schema'
import { openAttestationDevice } from '@holdfast/node/platform/gramine/attestation-device'
import { openGramineMachine } from '@holdfast/node/platform/gramine/open-gramine-machine'
import { silentLogs } from '@holdfast/node/testing/tls-identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  mrEnclave,
  nowMs,
  platform,
  realEvidence,
  reportData,
  root,
  rootCa,
} from '../attestation/world.ts'
import { directDevice, type GraminePlayer, playGramine } from './gramine-player.ts'

const fetchCollateral = async () =>
  ({ ok: true, value: simulatedCollateral(root, { nowMs }) }) as const
const folders: string[] = []
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-sgx-'))
  folders.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true })
})

describe('a node under Gramine', () => {
  let player: GraminePlayer
  beforeAll(() => {
    player = playGramine({ platform, mrEnclave })
  })
  afterAll(() => player.stop())
  const open = (changes = {}) =>
    openGramineMachine({
      dir: folder(),
      device: player.dir,
      rootCa,
      fetchCollateral,
      nowMs: () => nowMs,
      logs: silentLogs,
      ...changes,
    })

  it('gives a quote over what it is asked for, with collateral that belongs to it', async () => {
    const machine = await open()
    if (!machine.ok) throw new Error(machine.refusal.code)
    const { evidence } = machine.value
    expect(evidence.measurement).toBe('e5'.repeat(32))
    const collateral = parseJson(dcapCollateralSchema, await evidence.collateral())
    for (const data of [reportData, new Uint8Array(64).fill(9)]) {
      const quote = await evidence.quote(data)
      expect(quotePlatform(quote)).toMatchObject({ value: { reportData: data } })
      expect(verifyQuote({ quote, collateral, rootCa, nowMs }).ok).toBe(true)
    }
    await expect(evidence.quote(new Uint8Array(63))).rejects.toThrow('64 bytes')
  })

  it('seals under a key that only this enclave on this machine obtains', async () => {
    const dir = folder()
    const keys = async (device = player.dir) => {
      const machine = await open({ dir, device })
      return machine.ok ? machine.value.sealing.key() : machine
    }
    const key = await keys()
    expect(key).toHaveLength(32)
    expect(await keys()).toEqual(key)
    writeFileSync(join(player.dir, 'keys/_sgx_mrenclave'), new Uint8Array(16).fill(8))
    expect(await keys()).not.toEqual(key)
    writeFileSync(join(player.dir, 'keys/_sgx_mrenclave'), new Uint8Array(15))
    await expect(keys()).rejects.toThrow('no_evidence')
  })

  it('refuses to run in a debug enclave', async () => {
    const debug = playGramine({ platform, mrEnclave, debug: true })
    const opened = await open({ device: debug.dir })
    await debug.stop()
    expect(opened).toMatchObject({ refusal: { code: 'debug_enclave' } })
  })

  it('refuses without collateral, and starts from the kept one', async () => {
    const dir = folder()
    const none = await open({ dir, fetchCollateral: undefined })
    expect(none).toMatchObject({ refusal: { code: 'no_collateral' } })
    expect((await open({ dir })).ok).toBe(true)
    expect((await open({ dir, fetchCollateral: undefined })).ok).toBe(true)
  })
})

describe('the attestation device', () => {
  it('is none outside Gramine, without SGX and without DCAP', () => {
    const code = (dir: string) => openAttestationDevice(dir)
    const none = { refusal: { code: 'no_evidence' } }
    expect(code('/dev/no-such-device')).toMatchObject(none)
    const dir = directDevice()
    folders.push(dir)
    expect(code(dir)).toMatchObject({
      refusal: { detail: 'Gramine runs without SGX: there are keys and no quotes' },
    })
    writeFileSync(join(dir, 'attestation_type'), 'none')
    expect(code(dir)).toMatchObject(none)
    writeFileSync(join(dir, 'attestation_type'), 'dcap')
    expect(code(dir).ok).toBe(true)
  })

  const real = realEvidence('sgx')
  it.skipIf(real === undefined)(
    'gives no quote over other report data than asked for',
    async () => {
      const dir = directDevice()
      folders.push(dir)
      writeFileSync(join(dir, 'attestation_type'), 'dcap\n')
      writeFileSync(join(dir, 'user_report_data'), new Uint8Array(64))
      writeFileSync(join(dir, 'quote'), real!.quote)
      const about = quotePlatform(real!.quote)
      if (!about.ok) throw new Error(about.refusal.code)
      const { reportData: own } = about.value
      const device = openAttestationDevice(dir)
      if (!device.ok) throw new Error(device.refusal.code)
      expect(device.value.quote(own)).toEqual(real!.quote)
      expect(new Uint8Array(readFileSync(join(dir, 'user_report_data')))).toEqual(own)
      const code = async (quote: Uint8Array) => {
        writeFileSync(join(dir, 'quote'), quote)
        const opened = await openGramineMachine({
          dir,
          device: dir,
          fetchCollateral,
          nowMs: () => nowMs,
          logs: silentLogs,
        })
        return opened.ok ? 'accepted' : opened.refusal.code
      }
      expect(await code(real!.quote)).toBe('wrong_report_data')
      expect(await code(real!.quote.subarray(0, 400))).toBe('quote_malformed')
      expect(await code(withoutZeroPadding(realEvidence('tdx')!.quote))).toBe('quote_unsupported')
      expect(await code(new Uint8Array(9000))).toBe('quote_malformed')
    },
  )
})
