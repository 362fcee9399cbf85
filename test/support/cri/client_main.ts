/** A client of GetContainerEvents as a program, which a test can kill: the socket on the command line; a line for each event, as JSON. */
import process from 'node:process'
import { criClient, heard, type Message } from './client.ts'

const [path = ''] = process.argv.slice(2)
const stream = criClient(path).events()
stream.on('data', (found: Message) => {
  const { id, type, at, statuses } = heard(found)
  console.log(JSON.stringify({ id, type, at: String(at), statuses }))
})
stream.on('error', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
