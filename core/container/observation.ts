/** What a listing says of one container or one task. Types only. @module */
import type { TaskView } from '../answer.ts'
import type { ContainerKey, Millis } from '../ids.ts'
import type { Metadata } from '../metadata.ts'

export type Observation =
  | { readonly _tag: 'ContainerSeen'; readonly container: ContainerKey; readonly metadata: Metadata; readonly at: Millis }
  | { readonly _tag: 'ContainerMissing'; readonly container: ContainerKey; readonly at: Millis }
  | { readonly _tag: 'TaskSeen'; readonly container: ContainerKey; readonly task: TaskView; readonly at: Millis }
  | { readonly _tag: 'TaskMissing'; readonly container: ContainerKey; readonly at: Millis }
