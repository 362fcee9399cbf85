/**
 * Image records: each change is followed by one reading, and what is known of an image is the digest that was read last.
 *
 * A change does not wait for the reading of an earlier one to succeed: it is handled at once, and so is the one that failed with it.
 *
 * @module
 */
import type { ImageSettled, PersistSettled, TimerFired } from './answer.ts'
import { backoffMs } from './backoff.ts'
import type { Effect } from './effect.ts'
import type { ImageEvent } from './event.ts'
import type { ImageKey } from './ids.ts'
import { callId, imageOwner } from './ids.ts'
import type { Policy } from './policy.ts'
import type { Image } from './state.ts'

/** The image after a step, undefined when it is not there; and what is to be done. */
export type ImageStepped = readonly [Image | undefined, ReadonlyArray<Effect>]

/**
 * One step of one image. Created, updated and deleted mean the same: read it. One that is not found is dropped, which is success; a
 * reading that fails is tried again, for ever.
 */
export const stepImage = (
  policy: Policy,
  event: ImageEvent | PersistSettled | TimerFired,
  key: ImageKey,
  image: Image | undefined,
): ImageStepped => {
  switch (event._tag) {
    case 'ImageChanged':
      return changed(image ?? { key, lastCall: 0, digest: undefined, work: { _tag: 'Idle' } })
    case 'ImageSettled':
      return image?.work._tag === 'Reading' && event.call === image.work.call
        ? settled(policy, event.outcome, image, image.work)
        : [image, []]
    case 'TimerFired':
      return image?.work._tag === 'BackingOff' && event.call === image.work.call ? read(image, image.work.failures) : [image, []]
    case 'PersistSettled': // nothing of an image is written down: containerd keeps it
      return [image, []]
  }
}

const read = (image: Image, failures: number): readonly [Image, ReadonlyArray<Effect>] => {
  const call = callId(image.lastCall + 1)
  return [
    { ...image, lastCall: call, work: { _tag: 'Reading', call, failures, again: false } },
    [{ _tag: 'RefreshImage', image: image.key, call }],
  ]
}

const changed = (image: Image): ImageStepped => {
  const { work } = image
  switch (work._tag) {
    case 'Idle':
      return read(image, 0)
    case 'Reading': // it may have been read before the change
      return [{ ...image, work: { ...work, again: true } }, []]
    case 'BackingOff': {
      const [next, effects] = read(image, work.failures)
      return [next, [{ _tag: 'CancelTimer', owner: imageOwner(image.key), call: work.call }, ...effects]]
    }
  }
}

type Reading = Extract<Image['work'], { readonly _tag: 'Reading' }>

const settled = (policy: Policy, outcome: ImageSettled['outcome'], image: Image, { failures, again }: Reading): ImageStepped => {
  switch (outcome._tag) {
    case 'Found': {
      const known: Image = { ...image, digest: outcome.digest, work: { _tag: 'Idle' } }
      return again ? read(known, 0) : [known, []]
    }
    case 'NotFound':
      return again ? read({ ...image, digest: undefined }, 0) : [undefined, []]
    case 'Failed': {
      if (again) return read(image, failures + 1)
      const call = callId(image.lastCall + 1)
      return [
        { ...image, lastCall: call, work: { _tag: 'BackingOff', call, failures: failures + 1, lastError: outcome.message } },
        [{ _tag: 'SetTimer', owner: imageOwner(image.key), call, delayMs: backoffMs(policy, failures + 1), jitter: true }],
      ]
    }
  }
}
