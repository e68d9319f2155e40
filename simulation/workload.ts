/** What clients do in a run: one function for each kind of wish, drawn from the seed. */
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { type Bytes, toHex } from '@holdfast/base/bytes'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { isQuorum } from '@holdfast/enclave/replication/quorum/quorum'
import { isNewer } from '@holdfast/enclave/wallets/wallet-entry'
import { walletIdOf } from '@holdfast/enclave/wallets/wallet-id'
import { CancelWorkload } from './cancel-workload.ts'
import { type Answer, Client } from './client.ts'
import { type SimulatedKey, simulatedKey } from './client-key.ts'
import type { Addition, KnownWallet, Ledger } from './ledger.ts'
import { LimitedWorkload } from './limited-workload.ts'
import { ObjectWorkload } from './object-workload.ts'
import { PasswordWorkload } from './password-workload.ts'
import { createRandom, type Random } from './random.ts'
import {
  additionBytes,
  amountMax,
  type Creation,
  creationBytes,
  moveBytes,
  peekBytes,
  sealedImport,
  showBytes,
  signBytes,
} from './requests.ts'
import type { SignatureChecks } from './signature-checks.ts'
import type { World } from './world.ts'

type Wish =
  | 'create'
  | 'import'
  | 'sign'
  | 'limited sign'
  | 'hostile sign'
  | 'show'
  | 'add'
  | 'object'
  | 'password'

const wishes: readonly Wish[] = [
  'create',
  'create',
  'import',
  'sign',
  'sign',
  'limited sign',
  'limited sign',
  'limited sign',
  'hostile sign',
  'show',
  'show',
  'add',
  'add',
  'object',
  'object',
  'object',
  'password',
  'password',
]

const early: readonly Wish[] = ['create', 'create', 'password', 'password']

const constraints: readonly Creation['constraints'][] = [
  {},
  {},
  { minLevel: 2 },
  { minLevel: 3 },
  { copies: 2 },
  { copies: 3 },
  { sameLevel: true },
]

export class Workload {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #signatures: SignatureChecks
  readonly #random: Random
  /** Drawn apart, so that all else stays as it is. */
  readonly #peeks: Random
  readonly #peeker: Client
  readonly #client: Client
  readonly #objects: ObjectWorkload
  readonly #limited: LimitedWorkload
  readonly #passwords: PasswordWorkload
  readonly #owners: readonly SimulatedKey[]
  #nonce = 0

  constructor(world: World, ledger: Ledger, signatures: SignatureChecks) {
    this.#world = world
    this.#ledger = ledger
    this.#signatures = signatures
    this.#random = createRandom(world.seed, 'clients')
    this.#peeks = createRandom(world.seed, 'peeks')
    this.#peeker = new Client(world, ledger, createRandom(world.seed, 'peeker links'))
    this.#client = new Client(world, ledger, createRandom(world.seed, 'client links'))
    this.#objects = new ObjectWorkload(world, ledger, this.#client, this.#random)
    this.#limited = new LimitedWorkload(world, signatures, this.#client, this.#random)
    const guessers = createRandom(world.seed, 'guessers')
    this.#passwords = new PasswordWorkload(world, this.#client, guessers, (known) =>
      this.#show(known),
    )
    this.#owners = ['alice', 'bob', 'carol'].map((name) => simulatedKey(world.crypto, name))
  }

  /** Makes `count` wishes within the time. */
  start(count: number, withinMs: number): void {
    for (let index = 0; index < count; index += 1) {
      // The first wishes make wallets for the others to use, and a password to guess.
      const wish = early[index] ?? this.#random.pick(wishes)
      const most = index < 2 ? 500 : index < early.length ? 3000 : withinMs
      const atMs = this.#random.between(0, most)
      this.#world.scheduler.after(atMs, `wish ${wish}`, () => {
        this.#do(wish).catch((error: unknown) => {
          this.#world.checks.fault(`${wish}: ${String(error)}`)
        })
      })
    }
  }

  /** Signs with a wallet at a zone; the answer of the last of a few attempts. */
  async sign(
    known: KnownWallet,
    zone: () => ZoneId,
    { attempts, seen }: { readonly attempts: number; readonly seen: boolean },
  ): Promise<Answer<SignAnswer>> {
    this.#nonce += 1
    const bytes = signBytes(this.#world, known, { nonce: this.#nonce, value: 1000n, seen })
    this.#signatures.authorise(this.#world, bytes)
    const authorisations = [known.owner.authorise('sign', bytes)]
    let answer: Answer<SignAnswer> = { type: 'none' }
    for (let attempt = 0; attempt < attempts && answer.type !== 'ok'; attempt += 1) {
      if (attempt > 0) await this.#client.sleep(1500)
      answer = await this.#client.send<SignAnswer>(zone(), {
        operation: 'sign',
        bytes,
        authorisations,
      })
    }
    return answer
  }

  /** In some runs wallets move, drawn apart so that the others stay as they are. */
  startMoves(withinMs: number): void {
    const random = createRandom(this.#world.seed, 'moves')
    if (!random.chance(0.5)) return
    const count = 1 + random.below(5)
    for (let index = 0; index < count; index += 1) {
      this.#world.scheduler.after(random.between(1000, withinMs), 'wish move', () => {
        this.#move(random).catch((error: unknown) => {
          this.#world.checks.fault(`move: ${String(error)}`)
        })
      })
    }
  }

  /** In some runs creations are cancelled. */
  startCancels(withinMs: number): void {
    const [owner] = this.#owners
    if (owner === undefined) return
    const acknowledged = (answer: WalletAnswer): void => this.#acknowledged(owner, answer)
    const tools = { world: this.#world, ledger: this.#ledger, owner, acknowledged }
    new CancelWorkload(tools).start(withinMs)
  }

  async #move(random: Random): Promise<void> {
    const { wallets } = this.#ledger
    if (wallets.size === 0) return
    const known = random.pick([...wallets.values()])
    const bytes = moveBytes(this.#world, known, random)
    if (bytes === undefined) return
    const authorisations = [known.owner.authorise('change', bytes)]
    for (let attempt = random.pick([1, 2]); attempt > 0; attempt -= 1) {
      const zone = this.#client.zoneFor(known.id)
      const request = { operation: 'placement.change', bytes, authorisations }
      const answer = await this.#client.send<WalletAnswer>(zone, request)
      if (answer.type === 'ok') return this.#learn(known, answer.value.wallet)
    }
  }

  /** Signs under limits with every wallet; settles when all are answered. */
  async useLimits(): Promise<void> {
    const known = [...this.#ledger.wallets.values()]
    await Promise.all(known.map((wallet) => this.#limited.useUp(wallet)))
  }

  async #do(wish: Wish): Promise<void> {
    if (wish === 'create' || wish === 'import') return this.#create(wish === 'import')
    const { wallets } = this.#ledger
    if (wallets.size === 0) return undefined
    // Many at one wallet: else no guess is one too many.
    if (wish === 'password') return this.#passwords.wish([...wallets.values()][0] as KnownWallet)
    const known = this.#random.pick([...wallets.values()])
    if (wish === 'sign') {
      const attempts = { attempts: 2, seen: true }
      await this.sign(known, () => this.#client.zoneFor(known.id), attempts)
      return undefined
    }
    if (wish === 'hostile sign') return this.#hostileSign(known)
    if (wish === 'show') return this.#show(known)
    if (wish === 'limited sign') return this.#limited.wish(known)
    if (wish === 'object') return this.#objects.wish(known)
    const chains = this.#random.pick([1, 1, 2, 3])
    await Promise.all(Array.from({ length: chains }, () => this.#addSome(known)))
    return undefined
  }

  /** One change after the other, while other clients make theirs. */
  async #addSome(known: KnownWallet): Promise<void> {
    const count = 1 + this.#random.below(3)
    for (let index = 0; index < count; index += 1) {
      await this.#client.sleep(this.#random.between(0, 150))
      await this.#add(known)
    }
  }

  async #create(isImport: boolean): Promise<void> {
    const random = this.#random
    const home = random.pick([...this.#world.zones.keys()])
    const node = this.#world.node(home)
    if (isImport && node === undefined) return
    const owner = random.pick(this.#owners)
    const bytes = creationBytes(this.#world, {
      home,
      owner,
      random,
      constraints: random.pick(constraints),
      durability: random.pick([2, 2, 3]),
      staleAfterMs: random.pick([3_600_000, 3_600_000, 5000]),
      source:
        isImport && node !== undefined
          ? sealedImport(this.#world, node, random)
          : { type: 'generate' },
    })
    if (bytes === undefined) return
    this.#peekLater(owner, walletIdOf(this.#world.crypto, bytes))
    const attempts = [this.#createOnce(owner, bytes)]
    // Impatient clients repeat their bytes at other zones before the first answers.
    if (random.chance(0.3)) attempts.push(this.#createOnce(owner, bytes))
    await Promise.all(attempts)
  }

  /** Owners look for a wallet that they were not answered about yet, wherever it may be. */
  #peekLater(owner: SimulatedKey, wallet: WalletId): void {
    const random = this.#peeks
    for (let count = random.between(1, 6); count > 0; count -= 1) {
      const operation = random.pick(['wallet.show', 'wallet.show', 'wallet.list'] as const)
      const zone = random.pick([...this.#world.zones.keys()])
      this.#world.scheduler.after(random.between(20, 4000), 'wish peek', () => {
        const bytes = peekBytes(this.#world, operation, wallet)
        const authorisations = [owner.authorise('read', bytes)]
        void this.#peeker.send(zone, { operation, bytes, authorisations })
      })
    }
  }

  async #createOnce(owner: SimulatedKey, bytes: Bytes): Promise<void> {
    const authorisations = [owner.authorise('enrol', bytes)]
    const zones = [...this.#world.zones.keys()]
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const zone = this.#random.pick(zones)
      const request = { operation: 'wallet.create', bytes, authorisations }
      const answer = await this.#client.send<WalletAnswer>(zone, request)
      if (answer.type === 'ok') return this.#acknowledged(owner, answer.value)
      await this.#client.sleep(this.#random.between(100, 3000))
    }
  }

  #acknowledged(owner: SimulatedKey, { wallet }: WalletAnswer): void {
    const { checks, records, zones } = this.#world
    const { id, placement, keys, accounts } = wallet
    const holders = [...zones.keys()].filter((zone) => {
      const held = records.of(zone)
      const document = held.get(`wallet/${id}`)
      return (
        records.isBehind(zone) ||
        (document !== undefined && keys.every((key) => held.has(`object/${key.id}`)))
      )
    })
    checks.expect(
      1,
      holders.length >= placement.durability,
      () => `${id} was acknowledged, held by ${holders.join(', ')} alone`,
    )
    const known = this.#ledger.wallets.get(id)
    const address = known?.wallet.accounts[0]?.address ?? accounts[0]?.address
    checks.expect(12, accounts[0]?.address === address, () => `${id} was created twice`)
    if (known === undefined) this.#ledger.wallets.set(id, { id, owner, wallet })
    else this.#learn(known, wallet)
  }

  #learn(known: KnownWallet, wallet: KnownWallet['wallet']): void {
    if (isNewer(wallet, known.wallet)) known.wallet = wallet
  }

  async #hostileSign(known: KnownWallet): Promise<void> {
    this.#nonce += 1
    const bytes = signBytes(this.#world, known, { nonce: this.#nonce, value: 1001n, seen: true })
    const dear = signBytes(this.#world, known, {
      nonce: this.#nonce,
      value: amountMax + 1n,
      seen: true,
    })
    const stranger = simulatedKey(this.#world.crypto, 'mallory')
    const { owner } = known
    const [request, proof] = this.#random.pick([
      [bytes, owner.authorise('change', bytes)],
      [bytes, { ...owner.authorise('change', bytes), purpose: 'sign' as const }],
      [bytes, owner.authorise('sign', dear)],
      [bytes, stranger.authorise('sign', bytes)],
      [bytes, { ...stranger.authorise('sign', bytes), credential: owner.credential.id }],
      [dear, owner.authorise('sign', dear)],
    ] as const)
    const zone = this.#client.zoneFor(known.id)
    const authorisations = [proof]
    const sent = { operation: 'sign', bytes: request, authorisations }
    const answer = await this.#client.send<SignAnswer>(zone, sent)
    const isOk = answer.type === 'ok'
    this.#world.checks.expect(8, !isOk, () => `${known.id} signed for somebody who may not`)
  }

  async #show(known: KnownWallet): Promise<void> {
    const seen = known.wallet
    const bytes = showBytes(this.#world, known)
    const authorisations = [known.owner.authorise('read', bytes)]
    const zone = this.#client.zoneFor(known.id)
    const request = { operation: 'wallet.show', bytes, authorisations }
    const answer = await this.#client.send<WalletAnswer>(zone, request)
    if (answer.type !== 'ok') return
    const { wallet } = answer.value
    const what = (): string => `${zone} showed ${wallet.version} of ${known.id}, older than seen`
    this.#world.checks.expect(11, !isNewer(seen, wallet), what)
    this.#learn(known, wallet)
  }

  async #add(known: KnownWallet): Promise<void> {
    const before = known.wallet.accounts
    const bytes = additionBytes(this.#world, known, this.#random)
    const authorisations = [known.owner.authorise('change', bytes)]
    const attempts = this.#random.pick([1, 1, 2])
    let answer: Answer<WalletAnswer> = { type: 'none' }
    for (let attempt = 0; attempt < attempts && answer.type !== 'ok'; attempt += 1) {
      const zone = this.#client.zoneFor(known.id)
      const request = { operation: 'account.add', bytes, authorisations }
      answer = await this.#client.send<WalletAnswer>(zone, request)
    }
    this.#ledger.additions.push({
      wallet: known.id,
      request: toHex(this.#world.crypto.sha256(bytes)),
      bytes,
      ...this.#outcomeOf(known, before, answer, attempts),
    })
  }

  #outcomeOf(
    known: KnownWallet,
    before: KnownWallet['wallet']['accounts'],
    answer: Answer<WalletAnswer>,
    attempts: number,
  ): Pick<Addition, 'outcome' | 'accounts' | 'version'> {
    if (answer.type === 'ok') {
      const { wallet, durability } = answer.value
      this.#learn(known, wallet)
      const voters = this.#world.records.voters(wallet.home, wallet)
      const enough = isQuorum(voters, (zone) => durability.confirmed.includes(zone))
      const old = new Set(before.map(({ id }) => id))
      return {
        outcome: durability.state === 'final' && enough ? 'final' : 'pending',
        accounts: wallet.accounts.filter(({ id }) => !old.has(id)),
        version: { epoch: wallet.epoch, version: wallet.version },
      }
    }
    // Only a conflict after one attempt says that nothing was done.
    const refused = answer.type === 'refused' && answer.code === 'conflict' && attempts === 1
    return { outcome: refused ? 'refused' : 'unknown', accounts: [] }
  }
}
