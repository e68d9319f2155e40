import { afterEach, describe, expect, it } from 'vitest'
import { createTestCore } from '../testing/test-core.ts'
import { listenManagement, type ManagementListener } from './management.ts'
import { createMetrics } from './metrics.ts'

const listeners: ManagementListener[] = []
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()))
})

const start = async (state = 'ready'): Promise<string> => {
  const metrics = createMetrics({
    status: () => createTestCore().status(),
    peers: () => [],
    connections: () => ({ all: 7, webSockets: 3 }),
    kmipConnections: () => 2,
    collateral: () => ({ obtainedAtMs: Date.now() - 5000, expiresAtMs: Date.now(), failures: 4 }),
  })
  metrics.observe({ route: '/v1/node', method: 'GET', status: 200, durationMs: 3 })
  const address = { host: '127.0.0.1', port: 0 }
  const listening = await listenManagement({ address, metrics, state: () => state })
  if (!listening.ok) throw new Error(listening.refusal.code)
  listeners.push(listening.value)
  return `http://127.0.0.1:${listening.value.port}`
}

describe('the management listener', () => {
  it('says whether the node lives and whether it is ready', async () => {
    const url = await start('waiting_for_zone_key')
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    const waiting = await fetch(`${url}/readyz`)
    expect(waiting.status).toBe(503)
    expect(await waiting.text()).toBe('waiting for zone key\n')
    expect((await fetch(`${await start()}/readyz`)).status).toBe(200)
  })

  it('gives figures that Prometheus reads', async () => {
    const text = await (await fetch(`${await start()}/metrics`)).text()
    expect(text).toContain('holdfast_client_connections 7')
    expect(text).toContain('holdfast_websockets 3')
    expect(text).toContain('holdfast_kmip_connections 2')
    expect(text).toMatch(/holdfast_collateral_age_seconds [5-9]/)
    expect(text).toContain('holdfast_collateral_failures 4')
    expect(text).toContain(
      'holdfast_http_answers_total{route="/v1/node",method="GET",status="200"} 1',
    )
    expect(text).toContain('process_cpu_seconds_total')
  })

  it('refuses other paths and methods', async () => {
    const url = await start()
    expect((await fetch(`${url}/v1/node`)).status).toBe(404)
    expect((await fetch(`${url}/constructor`)).status).toBe(404)
    expect((await fetch(`${url}/livez`, { method: 'POST', body: 'x' })).status).toBe(405)
  })
})
