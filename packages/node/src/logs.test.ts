import { describe, expect, it } from 'vitest'
import { createLogs, type LogFields } from './logs.ts'

const lines = (level: 'info' | 'debug', log: (logs: ReturnType<typeof createLogs>) => void) => {
  const written: string[] = []
  log(createLogs({ level, write: (line) => written.push(line), fixed: { zone: 'eu' } }))
  return written.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('logs', () => {
  it('are JSON lines with a level, a time, the event and the fixed fields', () => {
    const [line] = lines('info', (logs) => logs.warn('peer refused', { code: 'expired' }))
    expect(line).toMatchObject({ level: 'warn', msg: 'peer refused', code: 'expired', zone: 'eu' })
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  it('leave out fields that are not on the list and values that are no text or number', () => {
    const fields = { code: 'x', body: 'canary', reason: { secret: 'canary' } }
    const [line] = lines('info', (logs) => logs.info('event', fields as unknown as LogFields))
    expect(JSON.stringify(line)).not.toContain('canary')
    expect(line).toMatchObject({ code: 'x' })
  })

  it('leave out what is below their level', () => {
    expect(lines('info', (logs) => logs.debug('detail'))).toEqual([])
    expect(lines('debug', (logs) => logs.debug('detail'))).toHaveLength(1)
  })
})
