/** The probe that looks for forgotten words and vectors in the bytes of files. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { residueIn } from '../support/residue.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const WORD = 'קְוֶצָל Quetzal9'

test.each<readonly [string, (word: string) => Buffer]>([
  ['UTF-8', word => Buffer.from(`before ${word} behind`)],
  ['UTF-16', word => Buffer.from(`before ${word} behind`, 'utf16le')],
  [
    'escaped JSON',
    word =>
      Buffer.from(JSON.stringify(word).replace(/[^ -~]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)),
  ],
  ['capitals', word => Buffer.from(word.toUpperCase())],
  ['a compressed log', word => gzipSync(`before ${word} behind`)],
])('a word is found in %s', async (_form, bytesOf) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'file')
  await writeFile(path, bytesOf(WORD))
  expect(await residueIn([folder.path], { words: [WORD] })).toEqual([path])
  expect(await residueIn([folder.path], { words: ['Quetzal8'] })).toEqual([])
})

test('a word is found wherever the end of a page of a database cuts it', async () => {
  await using folder = await temporaryFolder()
  for (let before = 4000; before < 4150; before++) {
    const path = join(folder.path, `${String(before)}.db`)
    const database = new DatabaseSync(path)
    // Not one of these many files has to survive a power cut.
    database.exec('pragma synchronous = off; pragma journal_mode = off; create table t (text text)')
    database.prepare('insert into t values (?)').run(`${'x'.repeat(before)}Wolpertinger${'y'.repeat(9000)}`)
    database.close()
    expect(await residueIn([folder.path], { words: ['Wolpertinger'] })).toContain(path)
    expect(await residueIn([folder.path], { words: ['Wolpertingxx'] })).toEqual([])
  }
})

test('a vector is found by a part of it', async () => {
  await using folder = await temporaryFolder()
  const vector = Float32Array.from({ length: 256 }, (_, n) => Math.sin(n))
  const path = join(folder.path, 'index.bin')
  await writeFile(path, Buffer.concat([Buffer.alloc(13), Buffer.from(vector.buffer, 0, 512)]))
  expect(await residueIn([folder.path], { words: [], vectors: [vector] })).toEqual([path])
  expect(await residueIn([folder.path], { words: [], vectors: [vector.map(each => each + 1)] })).toEqual([])
})
