/** What must never be true of one sandbox or one image. @module */
import type { CallId } from '../ids.ts'
import { sandboxKey } from '../ids.ts'
import type { Image, Sandbox } from '../state.ts'

export const sandboxViolations = ({ key, namespace, id, generation, lastCall, phase }: Sandbox): ReadonlyArray<string> => [
  ...(key === sandboxKey(namespace, id) ? [] : [`sandbox ${key} is named ${namespace}/${id} inside`]),
  ...(generation >= 1 ? [] : [`sandbox ${key} is in its generation ${generation}`]),
  ...awaited(phase).flatMap((call) => unmade(`sandbox ${key}`, call, lastCall)),
  ...(phase._tag === 'Ready' && phase.watch !== undefined && phase.rewatch !== undefined
    ? [`sandbox ${key} is watched and waits to be watched again`]
    : []),
  ...(phase._tag === 'Ready' && phase.before !== undefined && generation < 2 ? [`sandbox ${key} had a life before its first`] : []),
]

const awaited = (phase: Sandbox['phase']): ReadonlyArray<CallId> => {
  switch (phase._tag) {
    case 'Ready':
      return [phase.watch, phase.rewatch].filter((call) => call !== undefined)
    case 'Recording':
    case 'BackingOff':
      return [phase.call]
    case 'NotReady':
      return []
  }
}

export const imageViolations = ({ key, lastCall, work }: Image): ReadonlyArray<string> =>
  work._tag === 'Idle' ? [] : unmade(`image ${key}`, work.call, lastCall)

const unmade = (who: string, call: number, lastCall: number): ReadonlyArray<string> =>
  call >= 1 && call <= lastCall ? [] : [`${who}: call ${call} is awaited and was never made`]
