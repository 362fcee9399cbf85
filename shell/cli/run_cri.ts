/**
 * The CRI sockets of `run`: one for each namespace, or none. All of them, or a line that says why not.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Config } from '../../core/index.ts'
import { type Cri, makeCri } from '../cri/cri.ts'
import type { CriServer } from '../cri/server.ts'
import type { SocketProblem } from '../cri/socket.ts'
import type { Log } from '../log.ts'
import type { ReaperOptions } from '../reaper.ts'

type Given = Pick<ReaperOptions, 'containerd' | 'store' | 'onAnnouncement'>

export interface RunCri {
  /** What the reaper is given, with CRI listening in. */
  readonly options: <Options extends Given>(options: Options) => Options
  readonly close: () => Promise<void>
}

/** Neither costs anything when no socket is asked for. */
const none: RunCri = { options: (options) => options, close: () => Promise.resolve() }

const pathFor = (path: string, namespace: string): string => path.replaceAll('{namespace}', namespace)

export const serveCri = async (config: Config, version: string, log: Log): Promise<E.Either<SocketProblem, RunCri>> => {
  const { criSocket, namespaces } = config
  if (criSocket === '') return E.right(none)
  const cri = makeCri({ namespaces, version })
  const servers: Array<CriServer> = []
  const close = async (): Promise<void> => {
    for (const server of servers) await server.close()
    cri.stop()
  }
  for (const namespace of namespaces) {
    const path = pathFor(criSocket, namespace)
    const served = await cri.serve(namespace, path)()
    if (E.isLeft(served)) {
      await close()
      return served
    }
    servers.push(served.right)
    log.info('serving CRI', { namespace, path })
  }
  return E.right({ options: (options) => listenedTo(cri, options), close })
}

const listenedTo = <Options extends Given>(cri: Cri, options: Options): Options => ({
  ...options,
  containerd: cri.overhear(options.containerd),
  store: cri.recall(options.store),
  trace: cri.trace,
  onAnnouncement: (announcement) => {
    cri.onAnnouncement(announcement)
    options.onAnnouncement?.(announcement)
  },
})
