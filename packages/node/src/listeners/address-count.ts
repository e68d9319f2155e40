/** Connections by the address that they come from, so that one of them cannot hold all. */
import type { Socket } from 'node:net'
import { addressKey } from './address-key.ts'

export type AddressCount = {
  /** Cuts the connection, and says so, where its address has too many. */
  admit(socket: Socket): boolean
}

export const createAddressCount = (limit: number): AddressCount => {
  const counts = new Map<string, number>()
  return {
    admit: (socket) => {
      const key = addressKey(socket.remoteAddress)
      const count = counts.get(key) ?? 0
      if (count >= limit) {
        socket.destroy()
        return false
      }
      counts.set(key, count + 1)
      socket.once('close', () => {
        const left = (counts.get(key) ?? 1) - 1
        if (left === 0) counts.delete(key)
        else counts.set(key, left)
      })
      return true
    },
  }
}
