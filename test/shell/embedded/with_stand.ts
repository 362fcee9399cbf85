/** Gives a test a stand and a client, and takes both away afterwards, also when the test fails. */
import { type Client } from '@grpc/grpc-js'
import { type EmbeddedContainerd, type EmbeddedOptions, startEmbeddedContainerd } from '../../../shell/embedded/index.ts'
import { connect } from './client.ts'

export const withStand = async (
  use: (stand: EmbeddedContainerd, client: Client) => Promise<void>,
  options: EmbeddedOptions = {},
): Promise<void> => {
  const stand = await startEmbeddedContainerd(options)
  const client = connect(stand.target)
  try {
    await use(stand, client)
  } finally {
    client.close()
    await stand.stop()
  }
}

type Nothing = Readonly<Record<'tasks' | 'shims' | 'processes', ReadonlyArray<never>>>
/** What a stand leaves over when everything was cleaned up. */
export const nothing: Nothing = { tasks: [], shims: [], processes: [] }

/** The gRPC codes. */
export { status as code } from '@grpc/grpc-js'
