import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignAnswer } from '@holdfast/base/answers'
import { challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { encodePasskeyProof, type PasskeyProof } from '@holdfast/base/passkey-proof'
import { sha256 } from '@holdfast/enclave/testing/software-passkey'
import { type PasskeyKey, passkeyFrom, type Wallet, WalletId } from '@holdfast/sdk'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../support/anvil.ts'
import { assertIn } from '../support/browser-passkey.ts'
import {
  type Browser,
  chromiumProgram,
  startChromium,
  type VirtualAuthenticator,
} from '../support/chromium.ts'
import { type MeshNode, startMesh, type TestMesh } from '../support/mesh.ts'
import { receiver, transfer } from '../support/wallets.ts'

let mesh: TestMesh
let anvil: Anvil
let browser: Browser
let folder: string

const localhost = (node: MeshNode): string => node.plainUrl.replace('127.0.0.1', 'localhost')
const pageOf = (node: MeshNode): string => `${localhost(node)}/console`

const submit = async (page: Page, form: string): Promise<void> => {
  await page.click(`#${form} button`)
  await page.waitForFunction(() => document.body.dataset['busy'] === undefined)
}
const shown = (page: Page, list: string, name: string): Promise<string> =>
  page.locator(`#${list} dd[data-name="${name}"]`).first().innerText()
const problemOf = (page: Page): Promise<string | null> =>
  page.locator('#problem').getAttribute('data-code')

/** Verifies the enclave and registers a passkey, as a person would. */
const settle = async (node: MeshNode) => {
  const opened = await browser.open(`${pageOf(node)}#${mesh.mesh}`)
  const { page } = opened
  await submit(page, 'verify')
  await page.fill('#name', 'alice')
  await submit(page, 'register')
  return opened
}

const makeWallet = async (page: Page): Promise<void> => {
  await page.fill('#wallet-name', 'Savings')
  await submit(page, 'create')
}

describe.skipIf(chromiumProgram === undefined)('a passkey in Chromium', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-console-'))
    execFileSync(process.execPath, ['scripts/build-console.ts', folder], { stdio: 'pipe' })
    ;[mesh, anvil, browser] = await Promise.all([
      startMesh({ nodeConfig: { console: folder } }),
      startAnvil(),
      startChromium(),
    ])
  }, 120_000)
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await anvil?.[Symbol.asyncDispose]()
    await mesh?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('makes a wallet on the page of a node and signs what anvil mines', async () => {
    const faults: string[] = []
    const { page } = await settle(mesh.nodes[0]!)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (line) => {
      if (line.type() === 'error') faults.push(line.text())
    })
    expect(await page.locator('#simulated').isVisible()).toBe(true)
    await makeWallet(page)
    const address = await shown(page, 'wallet', 'ethereum')
    await anvil.setBalance(address, 10n ** 20n)
    await page.fill('#to', receiver)
    await page.fill('#ether', '1.25')
    await page.fill('#chain-id', String(anvil.chainId))
    await submit(page, 'sign')
    expect(await problemOf(page)).toBeNull()
    const before = BigInt(await anvil.rpc<string>('eth_getBalance', receiver, 'latest'))
    const transaction = await shown(page, 'signed', 'transaction')
    const hash = await anvil.rpc<string>('eth_sendRawTransaction', transaction)
    expect(hash).toBe(await shown(page, 'signed', 'hash'))
    await expect
      .poll(() => anvil.rpc<{ status: string } | null>('eth_getTransactionReceipt', hash))
      .toMatchObject({ status: '0x1', from: address.toLowerCase() })
    const after = BigInt(await anvil.rpc<string>('eth_getBalance', receiver, 'latest'))
    expect(after - before).toBe(125n * 10n ** 16n)
    const screenshot = process.env['HOLDFAST_TEST_SCREENSHOT']
    if (screenshot !== undefined) await page.screenshot({ path: screenshot, fullPage: true })
    expect(faults).toEqual([])
  })

  it('is not asked by a page whose enclave is of another mesh', async () => {
    const { page } = await browser.open(`${pageOf(mesh.nodes[0]!)}#mesh_${'00'.repeat(32)}`)
    await submit(page, 'verify')
    expect(await problemOf(page)).toBe('wrong_mesh')
    expect(await page.locator('#register button').isDisabled()).toBe(true)
  })

  it('signs nothing on the page while its authenticator does not verify its person', async () => {
    const { page, authenticator } = await settle(mesh.nodes[0]!)
    await authenticator.session.send('WebAuthn.setUserVerified', {
      authenticatorId: authenticator.id,
      isUserVerified: false,
    })
    await makeWallet(page)
    expect(await problemOf(page)).toBe('unauthenticated')
    expect(await page.locator('#wallet').isVisible()).toBe(false)
  })

  it('adds a password, signs by it when the passkey is gone, and changes it', async () => {
    const { page, authenticator } = await settle(mesh.nodes[0]!)
    await makeWallet(page)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    await page.fill('#new-password', 'correct horse battery staple')
    await submit(page, 'add-password')
    expect(await problemOf(page)).toBeNull()
    expect(await page.locator('#password-state').innerText()).toContain('lists crd_')
    await authenticator.session.send('WebAuthn.removeVirtualAuthenticator', {
      authenticatorId: authenticator.id,
    })
    await page.fill('#password', 'correct horse')
    await submit(page, 'login')
    expect(await problemOf(page)).toBe('wrong_password')
    await page.fill('#password', 'correct horse battery staple')
    await submit(page, 'login')
    expect(await problemOf(page)).toBeNull()
    expect(await page.locator('#password').inputValue()).toBe('')
    await page.fill('#to', receiver)
    await page.fill('#ether', '1')
    await submit(page, 'sign')
    expect(await problemOf(page)).toBeNull()
    expect(await shown(page, 'signed', 'hash')).toMatch(/^0x[0-9a-f]{64}$/)
    await page.fill('#old-password', 'correct horse')
    await page.fill('#another-password', 'a horse of another colour')
    await submit(page, 'change-password')
    expect(await problemOf(page)).toBe('wrong_password')
    await page.fill('#old-password', 'correct horse battery staple')
    await page.fill('#another-password', 'a horse of another colour')
    await submit(page, 'change-password')
    expect(await problemOf(page)).toBeNull()
    expect(await page.locator('#password-state').innerText()).toMatch(
      /lists crd_[0-9a-f]+ now\. The old one is refused in eu-west/,
    )
    for (const id of ['#old-password', '#another-password']) {
      expect(await page.locator(id).inputValue()).toBe('')
    }
    const logIn = async (password: string): Promise<string | null> => {
      await page.fill('#password', password)
      await submit(page, 'login')
      return problemOf(page)
    }
    expect(await logIn('correct horse battery staple')).toBe('wrong_password')
    expect(await logIn('a horse of another colour')).toBeNull()
    await page.fill('#nonce', '1')
    await submit(page, 'sign')
    expect(await problemOf(page)).toBeNull()
    expect(await shown(page, 'signed', 'hash')).toMatch(/^0x[0-9a-f]{64}$/)
    const kept = await page.evaluate(() => localStorage.getItem('holdfast console v1'))
    expect(kept).not.toContain('horse')
    const screenshot = process.env['HOLDFAST_TEST_SCREENSHOT']
    if (screenshot !== undefined) {
      await page.screenshot({ path: `${screenshot}.passwords.png`, fullPage: true })
    }
    expect(faults).toEqual([])
  }, 60_000)

  describe('to the nodes, whatever page asks it,', () => {
    let page: Page
    let authenticator: VirtualAuthenticator
    let key: PasskeyKey
    let wallet: Wallet
    beforeAll(async () => {
      const node = mesh.nodes[0]!
      ;({ page, authenticator } = await settle(node))
      await makeWallet(page)
      const kept = await page.evaluate(() => localStorage.getItem('holdfast console v1'))
      ;({ passkey: key } = JSON.parse(kept!) as { passkey: PasskeyKey })
      const passkey = { ...passkeyFrom(key), sign: (challenge: Bytes) => encoded(challenge) }
      const client = await mesh.connect({ credentials: [passkey] })
      wallet = (await client.showWallet(WalletId(await shown(page, 'wallet', 'wallet')))).wallet
    }, 60_000)

    const encoded = async (challenge: Bytes): Promise<Bytes> =>
      Buffer.from(encodePasskeyProof(await assertIn(page, { ...key, challenge })), 'base64url')

    const requestBytes = (nonce = 0n): Bytes =>
      utf8(
        JSON.stringify({
          operation: 'sign',
          mesh: mesh.mesh,
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
          wallet: wallet.id,
          account: wallet.accounts[0]!.id,
          payload: transfer(nonce),
        }),
      )
    const challengeOf = (request: Bytes, purpose: Purpose = 'sign'): Bytes =>
      sha256(challengeInput(purpose, request))

    /** `ok`, or the code of the refusal, and the answer. */
    const send = async (
      request: Bytes,
      proof: PasskeyProof,
      node = mesh.nodes[0]!,
    ): Promise<{ readonly code: string; readonly answer: SignAnswer }> => {
      const credential = wallet.credentials[0]!.id
      const response = await fetch(`${node.plainUrl}/v1/requests`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          request: toBase64Url(request),
          authorisations: [{ credential, purpose: 'sign', signature: encodePasskeyProof(proof) }],
        }),
      })
      const answer = (await response.json()) as SignAnswer & { code?: string }
      return { code: answer.code ?? 'ok', answer }
    }

    it('is refused without the verification of its person', async () => {
      const request = requestBytes()
      const { session, id } = authenticator
      const challenge = challengeOf(request)
      await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
      const proof = await assertIn(page, { ...key, challenge, userVerification: 'discouraged' })
      await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true })
      expect((await send(request, proof)).code).toBe('passkey_not_verified')
    })

    it('is refused for other bytes and for another purpose', async () => {
      const request = requestBytes()
      const other = await assertIn(page, { ...key, challenge: challengeOf(requestBytes(1n)) })
      expect((await send(request, other)).code).toBe('passkey_wrong_challenge')
      const read = await assertIn(page, { ...key, challenge: challengeOf(request, 'read') })
      expect((await send(request, read)).code).toBe('passkey_wrong_challenge')
    })

    /** The same key, in the authenticator of a page of another origin. */
    const borrow = async (url: string, rpId: string): Promise<Page> => {
      const { credentials } = await authenticator.session.send('WebAuthn.getCredentials', {
        authenticatorId: authenticator.id,
      })
      const opened = await browser.open(url)
      await opened.authenticator.session.send('WebAuthn.addCredential', {
        authenticatorId: opened.authenticator.id,
        credential: { ...credentials[0]!, rpId, isResidentCredential: true, signCount: 1000 },
      })
      return opened.page
    }

    it('is refused on a page of another origin', async () => {
      const request = requestBytes()
      const other = await borrow(pageOf(mesh.nodes[1]!), 'localhost')
      const proof = await assertIn(other, { ...key, challenge: challengeOf(request) })
      expect((await send(request, proof)).code).toBe('passkey_wrong_origin')
    })

    it('is refused for another domain, on a page that the wallet lists', async () => {
      const rpId = 'shop.localhost'
      const url = pageOf(mesh.nodes[0]!).replace('localhost', rpId)
      const other = await borrow(url, rpId)
      const listed = { ...key, origins: [...key.origins, new URL(url).origin] }
      const passkey = { ...passkeyFrom(listed), sign: (challenge: Bytes) => encoded(challenge) }
      const client = await mesh.connect({ credentials: [passkey] })
      const made = await client.createWallet({ name: 'other', keys: [] })
      const request = utf8(
        JSON.stringify({
          operation: 'wallet.show',
          mesh: mesh.mesh,
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
          wallet: made.wallet.id,
        }),
      )
      const challenge = challengeOf(request, 'read')
      const proof = await assertIn(other, { ...listed, rpId, challenge })
      const response = await fetch(`${mesh.nodes[0]!.plainUrl}/v1/requests`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          request: toBase64Url(request),
          authorisations: [
            { credential: passkey.id, purpose: 'read', signature: encodePasskeyProof(proof) },
          ],
        }),
      })
      expect(await response.json()).toMatchObject({ code: 'passkey_wrong_rp' })
    })

    it('gets one answer for one proof from every node, and none for another request', async () => {
      const request = requestBytes()
      const proof = await assertIn(page, { ...key, challenge: challengeOf(request) })
      const first = await send(request, proof)
      expect(first.code).toBe('ok')
      for (const node of mesh.nodes) {
        const again = await send(request, proof, node)
        expect(again.code).toBe('ok')
        expect(again.answer.signed).toEqual(first.answer.signed)
      }
      const replayed = await send(requestBytes(2n), proof, mesh.nodes[1])
      expect(replayed.code).toBe('passkey_wrong_challenge')
    })

    it('is refused with one byte flipped anywhere in the assertion', async () => {
      const request = requestBytes()
      const proof = await assertIn(page, { ...key, challenge: challengeOf(request) })
      const codes = new Set<string>()
      for (const part of ['authenticatorData', 'clientData', 'signature'] as const) {
        for (let at = 0; at < proof[part].length; at += 1) {
          const bytes = Uint8Array.from(proof[part])
          bytes[at] = (bytes[at] as number) ^ 0xff
          codes.add((await send(request, { ...proof, [part]: bytes })).code)
        }
      }
      expect(codes).not.toContain('ok')
      expect([...codes]).toEqual(
        expect.arrayContaining(['bad_proof', 'passkey_malformed', 'passkey_wrong_rp']),
      )
      expect((await send(request, proof)).code).toBe('ok')
    })
  })
})
