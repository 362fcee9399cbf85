/** The vectors of shell/, gathered: each module stands where its source does. */
import type { Vector } from '../support/property.ts'
import { cases as announcements } from './shell/announcements.ts'
import { cases as bootId } from './shell/boot_id.ts'
import { cases as env } from './shell/env.ts'
import { cases as loop } from './shell/loop.ts'
import { cases as stopped } from './shell/stopped.ts'
import { cases as announcementFields } from './shell/cli/announcement_fields.ts'
import { cases as printer } from './shell/cli/printer.ts'
import { cases as status } from './shell/cli/status.ts'
import { cases as decodeEvent } from './shell/containerd/decode_event.ts'
import { cases as metadata } from './shell/containerd/metadata.ts'
import { cases as oomKills } from './shell/containerd/oom_kills.ts'
import { cases as taskView } from './shell/containerd/task_view.ts'
import { cases as time } from './shell/containerd/time.ts'
import { cases as control } from './shell/control/socket.ts'
import { cases as destroy } from './shell/interpret/destroy.ts'
import { cases as interpret } from './shell/interpret/interpret.ts'
import { cases as io } from './shell/interpret/io.ts'
import { cases as interpretNri } from './shell/interpret/nri.ts'
import { cases as nri } from './shell/nri/all.ts'
import { cases as outcome } from './shell/interpret/outcome.ts'
import { cases as persist } from './shell/interpret/persist.ts'
import { cases as read } from './shell/interpret/read.ts'
import { cases as timer } from './shell/interpret/timer.ts'
import { cases as watch } from './shell/interpret/watch.ts'
import { cases as cursor } from './shell/listeners/cursor.ts'
import { cases as shimBundles } from './shell/shim/bundles.ts'
import { cases as shims } from './shell/shim/shims.ts'
import { cases as connection } from './shell/source/connection.ts'
import { cases as listing } from './shell/source/listing.ts'
import { cases as outage } from './shell/source/outage.ts'
import { cases as subscription } from './shell/source/subscription.ts'
import { cases as calls } from './shell/task/calls.ts'

export const cases: ReadonlyArray<Vector> = [
  ...announcements,
  ...bootId,
  ...env,
  ...loop,
  ...stopped,
  ...announcementFields,
  ...printer,
  ...status,
  ...decodeEvent,
  ...metadata,
  ...oomKills,
  ...taskView,
  ...time,
  ...control,
  ...destroy,
  ...interpret,
  ...io,
  ...interpretNri,
  ...nri,
  ...outage,
  ...shimBundles,
  ...shims,
  ...outcome,
  ...persist,
  ...read,
  ...timer,
  ...watch,
  ...cursor,
  ...connection,
  ...listing,
  ...subscription,
  ...calls,
]
