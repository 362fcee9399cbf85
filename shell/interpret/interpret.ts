/**
 * An effect of the core as an action on the world. Thin: every file beside this one is a family of effects, and none of them decides.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Effect } from '../../core/index.ts'
import { cancelCall, cleanUpTask, deleteTask, killTask } from './destroy.ts'
import { closeIo, drainIo } from './io.ts'
import { notifyNriExit } from './nri.ts'
import type { Env } from '../env.ts'
import type { Interpreted } from './outcome.ts'
import { persist } from './persist.ts'
import { loadContainer, loadTask, readOomKills, refreshImage } from './read.ts'
import { cancelTimer, setTimer } from './timer.ts'
import { unwatchTask, watchSandbox, watchTask } from './watch.ts'

/** What carrying out `effect` means. Nothing is begun before the action is run. */
export const interpret = (effect: Effect): Interpreted => {
  switch (effect._tag) {
    case 'Persist':
      return persist(effect)
    case 'LoadContainer':
      return loadContainer(effect)
    case 'LoadTask':
      return loadTask(effect)
    case 'ReadOomKills':
      return readOomKills(effect)
    case 'RefreshImage':
      return refreshImage(effect)
    case 'WatchTask':
      return watchTask(effect)
    case 'UnwatchTask':
      return unwatchTask(effect)
    case 'WatchSandbox':
      return watchSandbox(effect)
    case 'KillTask':
      return killTask(effect)
    case 'DeleteTask':
      return deleteTask(effect)
    case 'CleanUpTask':
      return cleanUpTask(effect)
    case 'CancelCall':
      return cancelCall(effect)
    case 'DrainIo':
      return drainIo(effect)
    case 'CloseIo':
      return closeIo(effect)
    case 'SetTimer':
      return setTimer(effect)
    case 'CancelTimer':
      return cancelTimer(effect)
    case 'NotifyNriExit':
      return notifyNriExit(effect)
    case 'SignalStopped':
      return telling((env) => env.signalStopped(effect.announcement))
    case 'EmitContainerEvent':
      return telling((env) => env.announce(effect.announcement))
  }
}

/** Somebody is told, and nobody answers. */
const telling = (tell: (env: Env) => void): Interpreted => (env) => () => {
  tell(env)
  return Promise.resolve(E.right([]))
}
