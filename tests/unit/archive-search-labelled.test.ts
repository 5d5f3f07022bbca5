import { expect, test } from '@jest/globals'
import { archived, ArchiveRig } from '../support/archive-rig.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanup = cleanUpAfterEach()

/** A message for each word, so that a query has one right answer. */
const WORDS = (
  'restaurant calendar necessary accommodation business separate tomorrow government environment immediately ' +
  'apartment insurance passport appointment birthday electricity kitchen vegetables language database ' +
  'configuration dependency migration certificate repository ' +
  'מסעדה מחשבון ביטוח פגישה ירושלים אוניברסיטה תרופות משכנתא חופשה טלוויזיה'
).split(' ')

/** What people type → the word that they mean. */
const TYPOS: readonly (readonly [string, string])[] = [
  ['restaraunt', 'restaurant'],
  ['calender', 'calendar'],
  ['neccessary', 'necessary'],
  ['accomodation', 'accommodation'],
  ['bussiness', 'business'],
  ['seperate', 'separate'],
  ['tommorow', 'tomorrow'],
  ['goverment', 'government'],
  ['enviroment', 'environment'],
  ['immediatly', 'immediately'],
  ['apartmant', 'apartment'],
  ['insurence', 'insurance'],
  ['pasport', 'passport'],
  ['apointment', 'appointment'],
  ['brithday', 'birthday'],
  ['electrisity', 'electricity'],
  ['kithcen', 'kitchen'],
  ['vegetabels', 'vegetables'],
  ['langauge', 'language'],
  ['databse', 'database'],
  ['configuraton', 'configuration'],
  ['dependancy', 'dependency'],
  ['migrtion', 'migration'],
  ['certifcate', 'certificate'],
  ['repositry', 'repository'],
  ['מסעידה', 'מסעדה'],
  ['מחשבומ', 'מחשבון'],
  ['ביטחוח', 'ביטוח'],
  ['ירושלם', 'ירושלים'],
  ['אוניברסטה', 'אוניברסיטה'],
  ['תרופןת', 'תרופות'],
  ['משכנטא', 'משכנתא'],
  ['טלויזיה', 'טלוויזיה'],
]

const archiveOfWords = async (): Promise<ArchiveRig> => {
  const rig = cleanup.keep(new ArchiveRig(await cleanup.folder()))
  await rig.add(WORDS.map((word, at) => archived(`the ${word} of message ${String(at)}`, { at: at * 1000 })))
  return rig
}

const shareFound = async (queries: readonly (readonly [string, string])[]): Promise<readonly string[]> => {
  const rig = await archiveOfWords()
  const missed: string[] = []
  for (const [query, word] of queries) {
    const texts = await rig.texts(query)
    if (!texts.some(text => text.includes(` ${word} `))) missed.push(query)
  }
  return missed
}

test('nine of ten misspelt words find what was meant', async () => {
  const missed = await shareFound(TYPOS)
  expect(missed.length).toBeLessThanOrEqual(TYPOS.length / 10)
})

test('every beginning of three letters or more finds its word', async () => {
  const beginnings = WORDS.flatMap(word =>
    Array.from({ length: Math.max(0, word.length - 2) }, (_, at) => [`${word.slice(0, at + 3)}*`, word] as const),
  )
  expect(await shareFound(beginnings)).toEqual([])
})
