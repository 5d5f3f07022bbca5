/** Paths of the files by which other processes find a running DeniDin. */
import { join } from 'node:path'

/** The folder with the files by which other processes find a running DeniDin. */
export const runFolder = (
  data_root: string,
): { readonly lock: string; readonly socket: string; readonly pid: string } => ({
  lock: join(data_root, 'run', 'owner.lock'),
  socket: join(data_root, 'run', 'denidin.sock'),
  pid: join(data_root, 'run', 'denidin.pid'),
})
