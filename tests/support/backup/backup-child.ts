// A process that makes or restores a backup. Arguments: the folder of a rig, and what to do.
import { applyStagedRestore } from '../../../src/backup/staged-restore.ts'
import { finishRestore } from '../../../src/backup/swap.ts'
import { BackupRig } from './backup-rig.ts'

const [root = '', act = ''] = process.argv.slice(2)
const rig = BackupRig.at(root)
if (act === 'create') await rig.create('incremental')
else if (act === 'point') await rig.point()
else if (act === 'stage') await rig.restore({}, rig.data(), true)
else if (act === 'start') {
  await finishRestore(rig.data())
  await applyStagedRestore(rig.data(), rig.clock.now())
} else await rig.restore()
