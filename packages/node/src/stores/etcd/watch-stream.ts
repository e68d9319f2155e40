/** One stream of a watch, until it is cut: by etcd, by the network, or because it fell silent. */
import { status } from '@grpc/grpc-js'
import type { OpenedWatch } from './calls.ts'
import { watchProgressMs, watchSilenceMs } from './limits.ts'
import type { WatchRequest, WatchResponse } from './messages.ts'

export type WatchStream = {
  pause(): void
  resume(): void
  cancel(): void
}

export type WatchStreamOptions = {
  readonly opened: OpenedWatch
  readonly create: WatchRequest
  onResponse(response: WatchResponse): void
  /** Called once. */
  onEnd(): void
}

export const startWatchStream = (options: WatchStreamOptions): WatchStream => {
  const { call, failed } = options.opened
  let heardMs = performance.now()
  let paused = false
  let created = false
  let ended = false

  const end = (how?: 'refused' | 'hung' | 'denied'): void => {
    if (ended) return
    ended = true
    clearInterval(timer)
    call.cancel()
    if (how !== undefined) failed(how)
    options.onEnd()
  }

  const timer = setInterval(() => {
    // Nothing is read while the reader is slow: silence says nothing then.
    if (paused) return
    const silentMs = performance.now() - heardMs
    if (silentMs >= watchSilenceMs) end('hung')
    else if (created && silentMs >= watchProgressMs) call.write({ progressRequest: {} })
  }, watchProgressMs)

  call.on('data', (response: WatchResponse) => {
    if (ended) return
    heardMs = performance.now()
    created ||= response.created
    options.onResponse(response)
    if (response.canceled) end(response.compactRevision > 0n ? undefined : 'denied')
  })
  call.on('error', (error: { readonly code?: unknown }) =>
    end(error.code === status.UNAUTHENTICATED ? 'denied' : 'refused'),
  )
  call.on('end', () => end('refused'))
  call.write(options.create)

  return {
    pause: () => {
      paused = true
      call.pause()
    },
    resume: () => {
      if (!paused) return
      paused = false
      heardMs = performance.now()
      call.resume()
    },
    cancel: () => end(),
  }
}
