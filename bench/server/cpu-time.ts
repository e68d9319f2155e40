/** What a process has used of a processor so far, in microseconds; what it keeps in memory. */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second in /proc: 100 on every Linux (sysconf(_SC_CLK_TCK)). */
const tickMicros = 10_000

/** Nanoseconds on a processor, of each thread (Documentation/scheduler/sched-stats). */
const fromSchedstat = (pid: number): number => {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
    nanoseconds += Number(text.split(' ', 1)[0])
  }
  return nanoseconds / 1000
}

/** proc(5): utime and stime are the 12th and 13th fields behind the name in parentheses. */
const fromStat = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMicros
}

/** User and system time of all threads. */
export const cpuMicrosOf = (pid: number): number => {
  try {
    return fromSchedstat(pid)
  } catch {
    return fromStat(pid)
  }
}

/** A process and all below it, at this time. */
export const processesOf = (pid: number): readonly number[] => {
  const below = readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
    return text
      .split(' ')
      .filter((each) => each !== '')
      .map(Number)
  })
  return [pid, ...below.flatMap(processesOf)]
}

export const residentBytesOf = (pid: number): number => {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? Number.NaN) * 1024
}
