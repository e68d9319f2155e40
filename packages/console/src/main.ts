/** The page: verifies the enclave, registers a passkey or a password, makes a wallet, signs. */
import { toHex } from '@holdfast/base/bytes'
import {
  type Client,
  connect,
  encodeFeeMarketTransaction,
  MeshId,
  type Passkey,
  type Password,
  passkeyFrom,
  RefusalError,
  registerPasskey,
  VerificationError,
  type Wallet,
} from '@holdfast/sdk'
import { config } from 'zod'
import { buttonOf, element, inputText, showList } from './elements.ts'
import { keep, readKept } from './kept.ts'
import { units } from './money.ts'
import { addPassword, changePassword, logIn } from './passwords.ts'
import { signedLines, verdictLines, walletLines } from './words.ts'

type Page = { client?: Client; passkey?: Passkey; login?: Password; wallet?: Wallet }

const forms = [
  'verify',
  'register',
  'create',
  'add-password',
  'login',
  'change-password',
  'sign',
] as const

const transferGas = 21_000n

const problemText = (error: unknown): string => {
  if (error instanceof VerificationError) {
    return `This enclave cannot be trusted (${error.refusal.code}): ${error.refusal.detail}`
  }
  if (error instanceof RefusalError) return `${error.refusal.code}: ${error.refusal.detail}`
  return 'internal: the page met a fault of its own'
}

const showProblem = (error: unknown): void => {
  const problem = element('problem')
  problem.hidden = error === undefined
  problem.textContent = error === undefined ? '' : problemText(error)
  if (error instanceof RefusalError || error instanceof VerificationError) {
    problem.dataset['code'] = error.refusal.code
  } else delete problem.dataset['code']
}

/** What can be done next. */
const enable = ({ client, passkey, login, wallet }: Page): void => {
  const signs = passkey !== undefined || login !== undefined
  const known = wallet !== undefined || readKept().wallet !== undefined
  buttonOf('verify').disabled = false
  buttonOf('register').disabled = client === undefined
  // A wallet begins with its passkey: a password is added to one that is there.
  buttonOf('create').disabled = client === undefined || passkey === undefined || login !== undefined
  buttonOf('add-password').disabled = client === undefined || !signs || wallet === undefined
  buttonOf('login').disabled = client === undefined || !known
  buttonOf('change-password').disabled = client === undefined || !known
  buttonOf('sign').disabled = client === undefined || !signs || wallet === undefined
  if (passkey === undefined) return
  element('passkey').textContent = `${passkey.id}, a key of ${passkey.key.rpId}`
}

const connected = async (page: Page): Promise<Client> => {
  const mesh = MeshId(inputText('mesh'))
  // A person who logged in is asked for his fingerprint no more.
  const signer = page.login ?? page.passkey
  page.client?.close()
  delete page.client
  const client = await connect({
    nodes: [location.origin],
    mesh,
    ...(signer === undefined ? {} : { credentials: [signer] }),
  })
  page.client = client
  return client
}

const verify = async (page: Page): Promise<void> => {
  element('simulated').hidden = true
  showList('verdict', [])
  const client = await connected(page)
  const enclave = await client.verify()
  element('simulated').hidden = !enclave.verdict.simulated
  showList('verdict', verdictLines(enclave))
  keep({ mesh: client.mesh })
}

const register = async (page: Page): Promise<void> => {
  const kept = readKept().passkey
  const passkey = await registerPasskey({
    userName: inputText('name'),
    exclude: kept === undefined ? [] : [kept.handle],
  })
  page.passkey = passkey
  page.login?.[Symbol.dispose]()
  delete page.login
  keep({ passkey: passkey.key })
  await connected(page)
}

const create = async (page: Page): Promise<void> => {
  if (page.client === undefined) return
  const answer = await page.client.createWallet({
    name: inputText('wallet-name'),
    keys: [
      {
        name: 'main',
        kind: 'bip39',
        source: { type: 'generate' },
        accounts: [{ chain: 'ethereum' }],
      },
    ],
  })
  page.wallet = answer.wallet
  keep({ wallet: answer.wallet.id })
  showList('wallet', walletLines(answer))
}

/** The wallet that this page made last; its person is asked before the node shows it. */
const showKept = async (page: Page): Promise<void> => {
  const { wallet } = readKept()
  const signer = page.login ?? page.passkey
  if (page.client === undefined || signer === undefined || wallet === undefined) return
  const answer = await page.client.showWallet(wallet)
  page.wallet = answer.wallet
  showList('wallet', walletLines(answer))
}

const logInToKept = async (page: Page): Promise<void> => {
  const wallet = page.wallet?.id ?? readKept().wallet
  if (page.client === undefined || wallet === undefined) return
  const login = await logIn(page.client, wallet)
  page.login?.[Symbol.dispose]()
  page.login = login
  await connected(page)
  await showKept(page)
}

const listPassword = async (page: Page): Promise<void> => {
  if (page.client === undefined || page.wallet === undefined) return
  page.wallet = await addPassword(page.client, page.wallet)
}

/** A login by the old password is of no use any more: its person logs in anew. */
const changeKept = async (page: Page): Promise<void> => {
  const wallet = page.wallet?.id ?? readKept().wallet
  if (page.client === undefined || wallet === undefined) return
  page.wallet = await changePassword(page.client, wallet)
  page.login?.[Symbol.dispose]()
  delete page.login
  await connected(page)
}

const sign = async ({ client, wallet }: Page): Promise<void> => {
  const account = wallet?.accounts.find(({ chain }) => chain === 'ethereum')
  if (client === undefined || wallet === undefined || account === undefined) return
  showList('signed', [])
  const fee = units(inputText('fee'), 9)
  const transaction = encodeFeeMarketTransaction({
    chainId: units(inputText('chain-id'), 0),
    nonce: units(inputText('nonce'), 0),
    maxPriorityFeePerGas: fee < 10n ** 9n ? fee : 10n ** 9n,
    maxFeePerGas: fee,
    gas: transferGas,
    to: inputText('to'),
    value: units(inputText('ether'), 18),
  })
  const payload = { kind: 'ethereum.transaction', transaction: toHex(transaction) } as const
  const answer = await client.sign({ wallet: wallet.id, account: account.id }, payload)
  showList('signed', signedLines(answer))
}

/** One thing at a time: while it runs, nothing else can be started. */
const on = (form: string, page: Page, action: (page: Page) => Promise<void>): void => {
  element(form).addEventListener('submit', (event) => {
    event.preventDefault()
    for (const name of forms) buttonOf(name).disabled = true
    document.body.dataset['busy'] = form
    showProblem(undefined)
    void action(page)
      .catch(showProblem)
      .finally(() => {
        delete document.body.dataset['busy']
        enable(page)
      })
  })
}

const start = (): void => {
  // zod otherwise tries to compile text as code, which the page's policy forbids.
  config({ jitless: true })
  const { mesh = '', passkey } = readKept()
  const page: Page = passkey === undefined ? {} : { passkey: passkeyFrom(passkey) }
  element('origin').textContent = location.origin
  element<HTMLInputElement>('mesh').value = location.hash.slice(1) || mesh
  on('verify', page, async () => {
    await verify(page)
    await showKept(page)
  })
  on('register', page, register)
  on('create', page, create)
  on('add-password', page, listPassword)
  on('login', page, logInToKept)
  on('change-password', page, changeKept)
  on('sign', page, sign)
  enable(page)
}

start()
