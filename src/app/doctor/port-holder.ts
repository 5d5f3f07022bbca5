/** Finds out whether a port is free and, if not, which program listens on it. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'

/** State of a listening socket in `/proc/net/tcp`. */
const LISTENING = '0A'
const STATE_FIELD = 3
const INODE_FIELD = 9
const HEXADECIMAL = 16

/** Listens for a moment. @returns the system's code if that fails, such as `EADDRINUSE` */
export const listenOnce = (host: string, port: number): Promise<string | undefined> =>
  new Promise(resolve => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message)
    })
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve(undefined)
      })
    })
  })

/** Name and process id of the program that listens on a port, as far as this user may see it (Linux). */
export const holderOf = async (port: number): Promise<string | undefined> => {
  const inode = await socketOf(port)
  if (inode === undefined) return undefined
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    for (const handle of await readdir(`/proc/${pid}/fd`).catch((): string[] => [])) {
      const target = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')
      if (target !== `socket:[${inode}]`) continue
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a program')
      return `${name.trim()} (process ${pid})`
    }
  }
  return undefined
}

/** The number of the socket that listens on a port. */
const socketOf = async (port: number): Promise<string | undefined> => {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map(path => readFile(path, 'utf8').catch(() => '')),
  )
  const local = `:${port.toString(HEXADECIMAL).toUpperCase().padStart(4, '0')}`
  return tables
    .flatMap(table => table.split('\n').map(line => line.trim().split(/\s+/)))
    .find(fields => fields[1]?.endsWith(local) === true && fields[STATE_FIELD] === LISTENING)?.[INODE_FIELD]
}
