/** use_client.ts as a program: address, namespace and container on the command line. */
import process from 'node:process'
import { useClient } from './use_client.ts'

const [address = '', namespace = '', id = ''] = process.argv.slice(2)
await useClient(address, namespace, id)
console.log('every call did what it should')
