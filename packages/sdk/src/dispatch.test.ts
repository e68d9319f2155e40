import { RefusalError } from '@holdfast/base/errors'
import { describe, expect, it } from 'vitest'
import { connect } from './connect.ts'
import { fakeNowMs } from './testing/fake-mesh.ts'
import { type Answer, refusal } from './testing/fake-network.ts'
import { world } from './testing/fake-world.ts'

/** By the clock, so that the request's time ends. */
const connected = (answer: Answer) => {
  const beganMs = performance.now()
  const { options } = world(answer)
  const now = (): number => fakeNowMs + performance.now() - beganMs
  return connect({ ...options, now })
}

const refused = async (asked: Promise<unknown>): Promise<RefusalError['refusal']> => {
  const error: unknown = await asked.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RefusalError)
  return (error as RefusalError).refusal
}

describe('of several refusals a caller is told', () => {
  it('what a node answered, before that another was not heard in time', async () => {
    const asked: string[] = []
    const client = await connected((_, { zone }) => {
      asked.push(zone)
      // The second node never answers.
      return asked.length === 1 ? refusal('not_ready') : undefined
    })
    const { code, detail } = await refused(client.listWallets({}, { timeoutMs: 600 }))
    expect(asked).toEqual(['eu-west', 'us-east'])
    expect(code).toBe('not_ready')
    expect(detail).toBe('scripted; asked again since: the node did not answer in time')
    client.close()
  })

  it('the later of two answers, and that nobody was heard where nobody was', async () => {
    let asked = 0
    const client = await connected(() => {
      asked += 1
      return refusal(asked === 1 ? 'not_ready' : 'policy_denied')
    })
    const later = await refused(client.listWallets({}, { timeoutMs: 5000 }))
    expect(later).toMatchObject({ code: 'policy_denied', detail: 'scripted' })
    client.close()
    const unheard = await connected(() => undefined)
    const none = await refused(unheard.listWallets({}, { timeoutMs: 300 }))
    expect(none).toMatchObject({ code: 'unreachable', detail: 'the node did not answer in time' })
    unheard.close()
  })
})
