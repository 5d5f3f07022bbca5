// A process that loads one file into an archive. Arguments: path of the archive, path of the file.
import { openArchive } from '../../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../../src/archive/sqlite/sqlite-archive-store.ts'
import { Ingest } from '../../../src/ingest/ingest.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { silentLogger } from '../../../src/platform/logger.ts'

const [archive = '', file = ''] = process.argv.slice(2)
using database = openArchive(archive)
const store = new SqliteArchiveStore(database, systemClock)
const ingest = new Ingest({ store, written: async () => undefined, clock: systemClock, logger: silentLogger })
await ingest.load(
  { path: file, dry_run: false, started_by: 'test' },
  { signal: new AbortController().signal, progress: () => undefined },
)
