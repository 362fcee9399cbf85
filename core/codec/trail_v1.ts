/** A step of a trail as version 1 writes it: `["delete",1700000000000]`, with a third element for what went wrong. @module */
import * as t from 'io-ts'
import { millis } from '../ids.ts'
import type { TrailStep } from '../record.ts'
import type { JsonValue } from './json.ts'

const words: Readonly<Record<TrailStep['what'], null>> = {
  count: null,
  write: null,
  look: null,
  notify: null,
  kill: null,
  drain: null,
  delete: null,
  clean: null,
  fail: null,
  wait: null,
  resume: null,
  cut: null,
}

const isWord = (value: unknown): value is TrailStep['what'] => typeof value === 'string' && Object.hasOwn(words, value)

const stepOf = (value: unknown): TrailStep | undefined => {
  if (!t.UnknownArray.is(value) || value.length > 3) return undefined
  const [what, at, error] = value
  if (!isWord(what) || typeof at !== 'number' || !Number.isFinite(at)) return undefined
  if (error === undefined) return { what, at: millis(at) }
  return typeof error === 'string' ? { what, at: millis(at), error } : undefined
}

const isStep = (value: unknown): value is TrailStep =>
  typeof value === 'object' && value !== null && 'what' in value && isWord(value.what) && 'at' in value && Number.isFinite(value.at)

/** What a newer reaper of this version may write beside these words is refused like anything else that is no step. */
export const TrailV1: t.Type<ReadonlyArray<TrailStep>, ReadonlyArray<JsonValue>, unknown> = t.readonlyArray(
  new t.Type<TrailStep, JsonValue, unknown>(
    'a step such as ["delete",1700000000000]',
    isStep,
    (value, context) => {
      const step = stepOf(value)
      return step === undefined ? t.failure(value, context) : t.success(step)
    },
    ({ what, at, error }) => (error === undefined ? [what, at] : [what, at, error]),
  ),
  'a list of steps',
)
