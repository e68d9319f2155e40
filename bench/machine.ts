/** On what a run was measured. */
import { readFileSync } from 'node:fs'
import { availableParallelism, release, totalmem } from 'node:os'

export type Machine = {
  readonly processor: string
  readonly processors: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const field = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1]?.trim() ?? ''

/** Family and model tell processors apart whose names are the same. */
const processorOf = (): string => {
  const text = read('/proc/cpuinfo')
  const name = field(text, /^model name\s*:(.*)$/m) || process.arch
  const family = field(text, /^cpu family\s*:(.*)$/m)
  const model = field(text, /^model\s*:(.*)$/m)
  return family === '' ? name : `${name} (family ${family}, model ${model})`
}

const systemOf = (): string => {
  const name = field(read('/etc/os-release'), /^PRETTY_NAME="(.*)"$/m) || process.platform
  return `${name}, kernel ${release()}`
}

export const describeMachine = (): Machine => ({
  processor: processorOf(),
  processors: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: systemOf(),
  node: process.version,
})
