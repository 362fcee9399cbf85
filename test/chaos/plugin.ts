/** An NRI plugin that comes back whenever the program does, and keeps what it was told. */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf, intOf, parse, textOf } from '../support/nri/bytes.ts'
import { connectPlugin, type RawPlugin } from '../support/nri/raw_plugin.ts'
import { waitFor } from '../support/wait_for.ts'

/** A StopContainer that it was told. */
export interface Stop {
  readonly id: string
  readonly code: number
  /** Wall clock, ms. */
  readonly at: number
}

export interface Plugin {
  readonly stops: () => ReadonlyArray<Stop>
  /** When it joined, each time. */
  readonly joined: () => ReadonlyArray<number>
  readonly stop: () => Promise<void>
}

export const attend = (socket: string): Plugin => {
  const stops: Array<Stop> = []
  const joined: Array<number> = []
  let over = false
  let current: RawPlugin | undefined
  const attendOnce = async (): Promise<void> => {
    const plugin = await connectPlugin(socket, {
      replies: {
        StopContainer: ({ payload }) => {
          const container = parse(bytesOf(payload, 2))
          stops.push({ id: textOf(container, 1), code: Number(intOf(container, 17)), at: Date.now() })
          return new Uint8Array(0)
        },
      },
    })
    current = plugin
    const isOver = waitFor(() => over || plugin.isCutOff(), { what: 'the plugin to be cut off', timeoutMs: 3_600_000 })
    await Promise.race([plugin.join(), isOver])
    if (!plugin.isCutOff()) joined.push(Date.now())
    await isOver
    plugin.close()
  }
  const attending = (async () => {
    while (!over) {
      if (existsSync(socket)) await attendOnce().catch(() => undefined) // the program was killed, or is not there yet
      await sleep(5)
    }
  })()
  return {
    stops: () => stops,
    joined: () => joined,
    stop: async () => {
      over = true
      current?.close()
      await attending
    },
  }
}
