/**
 * Debian's Chromium without a window, with an authenticator in software that it drives itself
 * (WebAuthn's virtual authenticator). A test that finds no Chromium is not run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { chromiumFlags } from './chromium-flags.ts'
import { findProgram } from './program.ts'

export const chromiumProgram = findProgram({
  program: 'chromium',
  install: 'apt-get install chromium',
  paths: ['/usr/bin/chromium'],
})

export type VirtualAuthenticator = {
  readonly id: string
  readonly session: CDPSession
}

export type Browser = AsyncDisposable & {
  /** A new tab with an authenticator that verifies its person. */
  open(url: string): Promise<{ readonly page: Page; readonly authenticator: VirtualAuthenticator }>
}

const plugIn = async (context: BrowserContext, page: Page): Promise<VirtualAuthenticator> => {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { id: authenticatorId, session }
}

/** `chromiumProgram` must be there. */
export const startChromium = async (): Promise<Browser> => {
  if (chromiumProgram === undefined) throw new Error('there is no Chromium')
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-chromium-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumProgram,
    headless: true,
    chromiumSandbox: false,
    args: [...chromiumFlags],
    viewport: { width: 900, height: 1400 },
  })
  return {
    open: async (url) => {
      const page = await context.newPage()
      const authenticator = await plugIn(context, page)
      await page.goto(url)
      return { page, authenticator }
    },
    [Symbol.asyncDispose]: async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
