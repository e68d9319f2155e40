/** On what machine a figure was measured, in words. */
import { cpus, totalmem } from 'node:os'

export const machineText = (): string => {
  const cores = cpus()
  return (
    `${cores.length} × ${cores[0]?.model ?? 'unknown processor'}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
  )
}
