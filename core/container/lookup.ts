/**
 * The container's record: asking for it, and what its coming, changing and going mean. Until it is known whose the container is,
 * nothing of it is written down or touched (rule 10).
 *
 * @module
 */
import type { ContainerSettled } from '../answer.ts'
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import { callId, containerOwner } from '../ids.ts'
import type { Metadata } from '../metadata.ts'
import { noMetadata } from '../metadata.ts'
import type { Asking, Container, Lookup } from '../state.ts'
import { drop } from './dropping.ts'
import { remember } from './over.ts'
import type { Run } from './phase.ts'
import type { Work } from './work.ts'
import { change, probe, tellEach } from './work.ts'

/** Reads the record for the first time. */
export const ask = (work: Work, live: boolean, failures: number, before?: Metadata): Work => {
  const lastCall = work.container.lastCall + 1
  const call = callId(lastCall)
  return change(work, { lastCall, lookup: { _tag: 'Asked', call, failures, live, before } }, [
    { _tag: 'LoadContainer', container: work.container.key, call },
  ])
}

/** A deletion was told: a task is deleted by way of its record, so that there was one. */
export const hasBeen = (work: Work): Work => {
  const { lookup } = work.container
  return (lookup._tag === 'Asked' || lookup._tag === 'AskLater') && !lookup.live
    ? change(work, { lookup: { ...lookup, live: true } }, [])
    : work
}

/** Reads it again. What is known of it holds meanwhile. */
export const askAgain = (work: Work): Work => {
  const { lookup, key } = work.container
  switch (lookup._tag) {
    case 'Asked':
    case 'AskLater':
      return work
    case 'Deleted': // a new container under an old id: how the one before it ended is not its end
      return ask(change(work, { runs: work.container.runs.filter(({ phase }) => phase._tag !== 'Exited') }, []), true, 0, lookup.metadata)
    case 'Known':
    case 'NotOurs': {
      const lastCall = work.container.lastCall + 1
      const call = callId(lastCall)
      return change(work, { lastCall, lookup: { ...lookup, refresh: call } }, [{ _tag: 'LoadContainer', container: key, call }])
    }
  }
}

export const known = (work: Work, metadata: Metadata): Work => {
  const { lookup } = work.container
  const next = change(work, { lookup: { _tag: 'Known', metadata, refresh: undefined } }, [])
  // It was somebody else's, so its task has not been followed.
  return lookup._tag === 'NotOurs' ? probe(next) : tellEach(next, { _tag: 'MetadataKnown' })
}

/** undefined: the container is none of ours and there is nothing to remember of it. */
export const lookupSettled = (work: Work, { call, outcome }: ContainerSettled): Work | undefined => {
  const { lookup } = work.container
  const awaited = lookup._tag === 'Asked' ? lookup.call : lookup._tag === 'Known' || lookup._tag === 'NotOurs' ? lookup.refresh : undefined
  if (awaited !== call) return work
  switch (outcome._tag) {
    case 'Found':
      return known(work, outcome.metadata)
    case 'NotOurs':
      return disown(work)
    case 'NotFound':
      return recordGone(work)
    case 'Failed':
      return lookup._tag === 'Asked' ? askLater(work, lookup) : change(work, { lookup: settled(lookup) }, [])
  }
}

/** The record is deleted. What is still open is finished with what is known of it. */
export const recordGone = (work: Work): Work | undefined => {
  const { lookup } = work.container
  switch (lookup._tag) {
    case 'Known':
      return change(work, { lookup: { _tag: 'Deleted', metadata: lookup.metadata } }, [])
    case 'Deleted':
      return work
    case 'NotOurs': // for good: a late word of a run in that time is not about one of ours
      return work.container.closed.length > 0 || work.container.dropping !== undefined
        ? change(work, { lookup: { _tag: 'NotOurs', refresh: undefined, gone: true } }, [])
        : undefined
    case 'Asked':
    case 'AskLater':
      // With selectors, or when all there ever was of it is one late event, nobody can say any more that it was ours, unless an
      // earlier record was.
      return (lookup.live && !work.around.policy.selective) || lookup.before !== undefined
        ? tellEach(change(work, { lookup: { _tag: 'Deleted', metadata: lookup.before ?? noMetadata } }, []), { _tag: 'MetadataKnown' })
        : undefined
  }
}

const askLater = (work: Work, { live, failures, before }: Asking): Work => {
  const lastCall = work.container.lastCall + 1
  const call = callId(lastCall)
  return change(work, { lastCall, lookup: { _tag: 'AskLater', call, failures: failures + 1, live, before } }, [{
    _tag: 'SetTimer',
    owner: containerOwner(work.container.key),
    call,
    delayMs: backoffMs(work.around.policy, failures + 1),
    jitter: true,
  }])
}

const settled = (lookup: Lookup): Lookup =>
  lookup._tag === 'Known' || lookup._tag === 'NotOurs' ? { ...lookup, refresh: undefined } : lookup

/** It is not ours, or no longer: let go of it, and of whatever was being done about it. What is in flight ends unheard. */
const disown = (work: Work): Work => {
  const { dropping, key, runs } = work.container
  const waits = runs.flatMap(({ phase }): ReadonlyArray<Effect> =>
    phase._tag === 'Running' && phase.watch !== undefined ? [{ _tag: 'UnwatchTask', container: key, call: phase.watch }] : []
  )
  const dropped = [...(dropping?.runs ?? []), ...runs.filter(hasOpenRow(work.container)).map(({ id }) => id)]
  // Of what has ended a late word may come when it is ours again.
  const closed = remember(work.container.closed, runs.filter(({ phase }) => phase._tag !== 'Exited'))
  return drop(change(work, { closed, runs: [], probe: undefined, lookup: { _tag: 'NotOurs', refresh: undefined } }, waits), dropped)
}

/**
 * Whether a row may be on disk, or on its way there, by which the run would be taken up again after a restart. While it is not known whose
 * it is, none is written; once it was ours one may say that it runs, though the write of its exit failed.
 */
const hasOpenRow = ({ lookup }: Container) => ({ oom, phase }: Run): boolean => {
  if (phase._tag === 'Exited') return false
  if (oom._tag === 'Noted' || (oom._tag === 'Writing' && !oom.waiting) || phase._tag === 'Announced') return true
  return phase._tag === 'Running' ? phase.noted === true : !('before' in lookup) || lookup.before !== undefined
}
