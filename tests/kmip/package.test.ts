import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { expect, it } from 'vitest'

const folder = 'packages/kmip'

it('publishes without a complaint of publint', async () => {
  const { messages } = await publint({ pkgDir: folder, pack: false, strict: true })
  expect(messages).toEqual([])
})

it('compiles without the types of a runtime', () => {
  const config = JSON.parse(readFileSync('tsconfig.base.json', 'utf8'))
  expect(config.compilerOptions.types).toEqual([])
  expect(config.compilerOptions.lib).not.toContain('DOM')
})
