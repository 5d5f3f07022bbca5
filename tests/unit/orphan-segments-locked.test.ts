// Chroma's database may be locked by its server when DeniDin reads which segments are in use.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '@jest/globals'
import { removeOrphanSegments } from '../../src/vectors/sqlite/orphan-segments.ts'

const USED = '11111111-1111-1111-1111-111111111111'
const DROPPED = '22222222-2222-2222-2222-222222222222'

test('a database that the server holds for a moment is waited for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'denidin-segments-'))
  const server = new DatabaseSync(join(folder, 'chroma.sqlite3'))
  try {
    server.exec(`create table segments (id text); insert into segments values ('${USED}')`)
    await mkdir(join(folder, USED))
    await mkdir(join(folder, DROPPED))
    server.exec('begin exclusive')
    await removeOrphanSegments(folder, {
      sleep: async () => {
        server.exec('commit')
      },
    })
    expect((await readdir(folder)).sort()).toEqual([USED, 'chroma.sqlite3'])
  } finally {
    server.close()
    await rm(folder, { recursive: true })
  }
})
