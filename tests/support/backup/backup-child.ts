// A process that makes or restores a backup. Arguments: the folder of a rig, `create` or `restore`.
import { BackupRig } from './backup-rig.ts'

const [root = '', act = ''] = process.argv.slice(2)
const rig = BackupRig.at(root)
if (act === 'create') await rig.create('incremental')
else await rig.restore()
