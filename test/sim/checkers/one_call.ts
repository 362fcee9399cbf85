/** Rule 5: at most one destructive call in flight per container, and under `join` none is cut off unless the policy sets a hard limit. */
import type { ContainerKey } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'

const rule = '5 one destructive call per container'

export const oneCallPerContainer = (view: View): Checker => {
  const flying = new Map<ContainerKey, { readonly tag: string; readonly call: number; readonly since: number }>()
  const { onHandlingTimeout, deleteHardLimitMs, handlingTimeoutMs } = view.plan.policy
  return {
    asked: (effect) => {
      if (effect._tag === 'CancelCall') {
        const cut = flying.get(effect.container)
        if (cut?.call !== effect.call) broken(rule, `CancelCall ${effect.container} call=${effect.call} is for no call in flight`)
        if (onHandlingTimeout === 'join') {
          const age = view.now() - (cut?.since ?? 0)
          if (deleteHardLimitMs === undefined || age < Math.min(deleteHardLimitMs, handlingTimeoutMs)) {
            broken(rule, `CancelCall ${effect.container} call=${effect.call} after ${age} ms, though calls are to be joined`)
          }
        }
        flying.delete(effect.container)
        return
      }
      if (effect._tag !== 'KillTask' && effect._tag !== 'DeleteTask' && effect._tag !== 'CleanUpTask') return
      const other = flying.get(effect.container)
      // What was in flight when the container turned out not to be ours ends unheard, whoever it belongs to by then.
      if (other !== undefined && !view.relabelled.has(effect.container)) {
        broken(rule, `${effect._tag} ${effect.container} call=${effect.call} while ${other.tag} call=${other.call} is in flight`)
      }
      flying.set(effect.container, { tag: effect._tag, call: effect.call, since: view.now() })
    },
    settled: ({ container, call }) => {
      if (flying.get(container)?.call === call) flying.delete(container)
    },
    crashed: () => {
      flying.clear()
    },
  }
}
