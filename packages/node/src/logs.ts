/** Logs: JSON lines on stderr. Only the fields of a list are written: no body, no secret. */
import { pino } from 'pino'

/** Each is short text of our own, an id, an address or a number; never what a caller sent. */
export const logFields = [
  'zone',
  'boot',
  'peerZone',
  'peerBoot',
  'address',
  'port',
  'code',
  'detail',
  'reason',
  'method',
  'route',
  'status',
  'durationMs',
  'signal',
  'count',
  'path',
] as const
export type LogFields = Partial<Readonly<Record<(typeof logFields)[number], string | number>>>

export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

export type Logs = Readonly<Record<LogLevel, (event: string, fields?: LogFields) => void>>

/** Fields of the list alone, whatever a caller's object has besides. */
const allowed = (fields: LogFields): Record<string, string | number> => {
  const kept: Record<string, string | number> = {}
  for (const name of logFields) {
    const value = fields[name]
    if (typeof value === 'string') kept[name] = value.slice(0, 256)
    else if (typeof value === 'number') kept[name] = value
  }
  return kept
}

/**
 * `fixed` are fields of every line.
 *
 *     const logs = createLogs({ level: 'info', write: (line) => process.stderr.write(line) })
 *     logs.warn('peer refused', { peerZone: 'eu-west', code: 'unauthenticated' })
 */
export const createLogs = (options: {
  readonly level: LogLevel
  readonly write: (line: string) => void
  readonly fixed?: LogFields
}): Logs => {
  const logger = pino(
    {
      level: options.level,
      base: allowed(options.fixed ?? {}),
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: options.write },
  )
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}): void =>
      logger[level](allowed(fields), event)
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
