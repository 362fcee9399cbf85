/** The vectors of shell/, gathered: each module stands where its source does. */
import type { Vector } from '../support/property.ts'
import { cases as decodeEvent } from './shell/containerd/decode_event.ts'
import { cases as metadata } from './shell/containerd/metadata.ts'
import { cases as oomKills } from './shell/containerd/oom_kills.ts'
import { cases as taskView } from './shell/containerd/task_view.ts'
import { cases as time } from './shell/containerd/time.ts'

export const cases: ReadonlyArray<Vector> = [...decodeEvent, ...metadata, ...oomKills, ...taskView, ...time]
