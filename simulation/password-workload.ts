/** Clients that guess passwords: many at once at all zones, mostly wrong, now and then right. */
import type { PasswordRegisterAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Authorisation } from '@holdfast/base/authorisation'
import { challengeInput } from '@holdfast/base/authorisation'
import { toBase64Url, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { type Result, refuse } from '@holdfast/base/errors'
import { CredentialId, type WalletId } from '@holdfast/base/ids'
import { encodePasswordProof } from '@holdfast/base/password-proof'
import type { PasswordCredential } from '@holdfast/base/wallet'
import type { Answer, Client } from './client.ts'
import type { KnownWallet } from './ledger.ts'
import type { Random } from './random.ts'
import { enrolmentBytes, passwordBytes } from './requests.ts'
import { openLink, type SealedLink } from './sealed-link.ts'
import { finishMessage, guessMessage, rightPassword } from './stand-in-opaque.ts'
import type { World } from './world.ts'

export class PasswordWorkload {
  readonly #world: World
  readonly #client: Client
  readonly #random: Random
  /** The setups of passwords that wallets may have, by wallet. */
  readonly #setups = new Map<WalletId, string>()
  readonly #show: (known: KnownWallet) => Promise<void>
  #guesses = 0

  /** `show` brings the newest document that a client can see. */
  constructor(
    world: World,
    client: Client,
    random: Random,
    show: (known: KnownWallet) => Promise<void>,
  ) {
    this.#world = world
    this.#show = show
    this.#client = client
    this.#random = random
  }

  async wish(known: KnownWallet): Promise<void> {
    const setup = this.#setups.get(known.id)
    if (setup === undefined) return this.#register(known)
    const count = 2 + this.#random.below(7)
    await Promise.all(Array.from({ length: count }, () => this.#guess(known, setup)))
    return undefined
  }

  /** A password of the owner, added as any other credential. */
  async #register(known: KnownWallet): Promise<void> {
    const zone = this.#client.zoneFor(known.id)
    const message = guessMessage({ guess: 0, password: rightPassword })
    const asked = passwordBytes(this.#world, known, { operation: 'password.register', message })
    const begun = await this.#sealed<PasswordRegisterAnswer>(zone, 'password.register', (link) =>
      link.ask(asked),
    )
    if (begun.type !== 'ok') return
    await this.#show(known)
    const { setup, ticketKey } = begun.value
    const { crypto } = this.#world
    const privateKey = crypto.sha256(utf8(`request key of ${known.id}`))
    const publicKey = toBase64Url(crypto.ed25519.publicKey(privateKey))
    const named = { kind: 'password', algorithm: 'ed25519', publicKey } as const
    const id = CredentialId.of(crypto.sha256(credentialIdInput(named)).subarray(0, 16))
    const { person } = known.owner.credential
    const credential: PasswordCredential = {
      ...named,
      id,
      person,
      setup,
      record: message,
      ticketKey,
      envelope: 'AAAA',
    }
    const bytes = enrolmentBytes(this.#world, known.wallet, credential)
    const signature = crypto.ed25519.sign({
      message: crypto.sha256(challengeInput('enrol', bytes)),
      privateKey,
    })
    const enrolled: Authorisation = {
      credential: id,
      purpose: 'enrol',
      signature: toBase64Url(encodePasswordProof(new Uint8Array(), signature)),
    }
    const authorisations = [known.owner.authorise('change', bytes), enrolled]
    const request = { operation: 'credential.add', bytes, authorisations }
    const added = await this.#client.send<WalletAnswer>(this.#client.zoneFor(known.id), request)
    // It may have been added where nothing came back.
    if (added.type !== 'refused') this.#setups.set(known.id, setup)
  }

  async #guess(known: KnownWallet, setup: string): Promise<void> {
    await this.#client.sleep(this.#random.between(0, 1500))
    this.#guesses += 1
    const password = this.#random.chance(0.2) ? rightPassword : 'wrong'
    const guess = { guess: this.#guesses, password }
    const zone = this.#client.zoneFor(known.id)
    const { person } = known.owner.credential
    const login = passwordBytes(this.#world, known, {
      operation: 'password.login',
      person,
      message: guessMessage(guess),
    })
    const finish = passwordBytes(this.#world, known, {
      operation: 'password.finish',
      message: finishMessage(guess),
    })
    await this.#sealed(zone, `password.login ${password}`, async (link) => {
      this.#world.guesses.arrived(setup, guess.guess)
      const answered = await link.ask(login)
      if (!answered.ok || password !== rightPassword) return answered
      const finished = await link.ask(finish)
      if (finished.ok) this.#world.guesses.told(setup, guess.guess)
      return finished
    })
  }

  /** In a session of its own, with the enclave of the zone's node. */
  #sealed<Value>(
    zone: Parameters<Client['through']>[0],
    what: string,
    work: (link: SealedLink) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    return this.#client.through(zone, what, async (node) => {
      const link = await openLink(node, this.#random)
      return link === undefined ? refuse('unreachable', 'no session') : work(link)
    })
  }
}
