import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { createAddressCount } from './address-count.ts'

it('cuts connections of an address beyond its number, and counts what ended', async () => {
  const count = createAddressCount(2)
  const admitted: boolean[] = []
  const server = createServer((socket) => admitted.push(count.admit(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const open = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  const [first] = [await open(), await open()]
  const third = await open()
  await once(third, 'close')
  expect(admitted).toEqual([true, true, false])
  first.destroy()
  while (server.listening && admitted.at(-1) === false) {
    const again = await open()
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (admitted.at(-1) === false) again.destroy()
  }
  expect(admitted.at(-1)).toBe(true)
  server.close()
  first.destroy()
}, 10_000)
