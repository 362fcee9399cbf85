/** What must hold of `step` itself: its state keeps its own promises, equal arguments give equal results, and all of it is plain data. */
import { isDeepStrictEqual } from 'node:util'
import { step, violations } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'

const isTable = (value: object): value is Iterable<unknown> => '@@__IMMUTABLE_ITERABLE__@@' in value || '@@__IMMUTABLE_LIST__@@' in value

/** The first place in `value` that is not plain, comparable data. */
const oddity = (value: unknown, path: string): string | undefined => {
  if (typeof value === 'function' || typeof value === 'symbol') return `${path} is a ${typeof value}`
  if (typeof value !== 'object' || value === null) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  // The persistent tables and queues.
  if (isTable(value)) {
    return [...value].map((it, i) => oddity(it, `${path}[${i}]`)).find((it) => it !== undefined)
  }
  if (prototype !== Object.prototype && prototype !== Array.prototype) return `${path} is a ${value.constructor.name}`
  return Object.entries(value).map(([name, it]) => oddity(it, `${path}.${name}`)).find((it) => it !== undefined)
}

export const soundState = (view: View): Checker => {
  const rule = 'the state is sound'
  const check = violations(view.plan.policy)
  const react = step(view.plan.policy)
  let steps = 0
  return {
    resumed: (state) => {
      for (const violation of check(state)) broken(rule, `after a restart: ${violation}`)
      const odd = oddity(state, 'state')
      if (odd !== undefined) broken('plain data', odd)
    },
    stepped: (event, before, after, effects) => {
      if (after !== before) { for (const violation of check(after)) broken(rule, violation) }
      const oddEffect = effects.length === 0 ? undefined : oddity(effects, 'effects')
      if (oddEffect !== undefined) broken('plain data', oddEffect)
      steps += 1
      if (steps % 64 !== 0) return
      const oddState = oddity(after, 'state')
      if (oddState !== undefined) broken('plain data', oddState)
      const [again, effectsAgain] = react(event, before)
      if (!isDeepStrictEqual(effectsAgain, effects) || !isDeepStrictEqual(again, after)) broken('equal results', `of ${event._tag}`)
    },
  }
}
