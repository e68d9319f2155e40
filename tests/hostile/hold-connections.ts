/**
 * Holds so many idle HTTP connections to one port until stdin ends: `node … PORT COUNT`. Each has
 * had one answer, so that it is one that a node keeps alive. Says on stdout how many are open.
 */

import { writeSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

const [port, count] = process.argv.slice(2).map(Number) as [number, number]
const atOnce = 100

const open: Socket[] = []
const answered = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write('GET /idle HTTP/1.1\r\nhost: a\r\n\r\n')
    })
    socket.on('error', () => resolve())
    socket.once('data', () => {
      open.push(socket)
      resolve()
    })
    socket.on('close', () => {
      const at = open.indexOf(socket)
      if (at >= 0) open.splice(at, 1)
      resolve()
    })
  })

let started = 0
const worker = async (): Promise<void> => {
  while (started < count) {
    started += 1
    await answered()
  }
}
await Promise.all(Array.from({ length: atOnce }, worker))
writeSync(1, `${JSON.stringify({ open: open.length })}\n`)
process.stdin.on('data', () => writeSync(1, `${JSON.stringify({ open: open.length })}\n`))
process.stdin.on('end', () => process.exit(0))
