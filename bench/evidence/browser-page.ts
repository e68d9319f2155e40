/** Runs in a browser: times every case that the page's server gives, and sends what came of it. */
import { type Timing, timeVerification } from './time-verifications.ts'
import { type PlatformName, verifyParts } from './verify-parts.ts'

/** Parts in hexadecimal. */
export type SentCase = {
  readonly name: PlatformName
  readonly nowMs: number
  readonly parts: Readonly<Record<string, string>>
}
export type BrowserResult = {
  readonly timings: Readonly<Record<string, Timing>>
  /** What went wrong, where something did. */
  readonly error?: string
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

const timeAll = async (): Promise<BrowserResult['timings']> => {
  const cases = (await (await fetch('/cases')).json()) as readonly SentCase[]
  return Object.fromEntries(
    cases.map(({ name, nowMs, parts }) => {
      const bytes = Object.entries(parts).map(([part, hex]) => [part, bytesOf(hex)])
      const timing = timeVerification({
        verify: verifyParts[name],
        parts: Object.fromEntries(bytes),
        nowMs,
      })
      return [name, timing]
    }),
  )
}

const result = await timeAll().then(
  (timings): BrowserResult => ({ timings }),
  (error: unknown): BrowserResult => ({ timings: {}, error: String(error) }),
)
await fetch('/result', { method: 'POST', body: JSON.stringify(result) })
