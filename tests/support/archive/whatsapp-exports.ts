/** Exported chats as phones of several systems and languages write them, and what is in each. */

export interface ExportFixture {
  readonly name: string
  readonly file: string
  readonly zone: string
  readonly text: string
  /** Instant, sender (`-`: an event), words. */
  readonly expected: readonly (readonly [at: string, sender: string, words: string])[]
}

const LRM = '\u200e'
const RLM = '\u200f'
const NNBSP = '\u202f'
const MEDIA = '[something of a kind that cannot be read]'
const PICTURE = '[picture, not seen]'

export const WHATSAPP_EXPORTS: readonly ExportFixture[] = [
  {
    name: 'Android, English (US), 12 hours with a narrow blank',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'America/New_York',
    text: `1/5/21, 9:05${NNBSP}AM - Messages and calls are end-to-end encrypted. Tap to learn more.\n1/5/21, 9:05${NNBSP}AM - Dana: Hi\nthere\n1/13/21, 12:30${NNBSP}PM - Dana: noon\n1/13/21, 12:30${NNBSP}AM - Dana: midnight\n`,
    expected: [
      ['2021-01-05T14:05', '-', 'Messages and calls are end-to-end encrypted. Tap to learn more.'],
      ['2021-01-05T14:05', 'Dana', 'Hi\nthere'],
      ['2021-01-13T17:30', 'Dana', 'noon'],
      ['2021-01-13T05:30', 'Dana', 'midnight'],
    ],
  },
  {
    name: 'Android, English (US), an old one with a plain blank, ambiguous throughout',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'Europe/Berlin',
    text: '1/5/21, 9:05 PM - Dana: Hi\n2/5/21, 9:05 PM - Dana: again\n',
    expected: [
      ['2021-01-05T20:05', 'Dana', 'Hi'],
      ['2021-02-05T20:05', 'Dana', 'again'],
    ],
  },
  {
    name: 'Android, English (UK), 24 hours, in summer time',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'Europe/London',
    text: '03/04/2021, 21:05 - Dana: Hi\n04/04/2021, 00:00 - Dana: later\n',
    expected: [
      ['2021-04-03T20:05', 'Dana', 'Hi'],
      ['2021-04-03T23:00', 'Dana', 'later'],
    ],
  },
  {
    name: 'Android, English (India), small am and pm',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'Asia/Kolkata',
    text: `05/04/21, 9:05${NNBSP}pm - Dana: Hi\n`,
    expected: [['2021-04-05T15:35', 'Dana', 'Hi']],
  },
  {
    name: 'Android, Hebrew, 24 hours, marks in front',
    file: "צ'אט WhatsApp עם דנה.txt",
    zone: 'Asia/Jerusalem',
    text: `${RLM}3.2.2021, 21:05 - ${RLM}ההודעות והשיחות מוצפנות מקצה לקצה.\n${RLM}3.2.2021, 21:05 - ${RLM}דנה לוי: שלום\n${RLM}3.2.2021, 21:06 - ${RLM}דנה לוי: <המדיה לא נכללה>\n3.2.2021, 21:07 - דנה לוי: הודעה זו נמחקה\n3.2.2021, 21:08 - דנה לוי: תיקון <ההודעה נערכה>\n`,
    expected: [
      ['2021-02-03T19:05', '-', 'ההודעות והשיחות מוצפנות מקצה לקצה.'],
      ['2021-02-03T19:05', 'דנה לוי', 'שלום'],
      ['2021-02-03T19:06', 'דנה לוי', MEDIA],
      ['2021-02-03T19:07', '-', 'הודעה זו נמחקה'],
      ['2021-02-03T19:08', 'דנה לוי', 'תיקון'],
    ],
  },
  {
    name: 'Android, Hebrew, 12 hours',
    file: 'he.txt',
    zone: 'Asia/Jerusalem',
    text: `3.2.2021, 9:05 לפנה״צ - דנה: בוקר\n3.2.2021, 9:05 אחה״צ - דנה: ערב\n3.2.2021, 9:06 אחה"צ - דנה: עוד\n`,
    expected: [
      ['2021-02-03T07:05', 'דנה', 'בוקר'],
      ['2021-02-03T19:05', 'דנה', 'ערב'],
      ['2021-02-03T19:06', 'דנה', 'עוד'],
    ],
  },
  {
    name: 'iPhone, Hebrew, brackets and marks',
    file: '_chat.txt',
    zone: 'Asia/Jerusalem',
    text: `[03/02/2021, 21:05:11] דנה: ${LRM}ההודעות והשיחות מוצפנות מקצה לקצה.\r\n${RLM}[13/02/2021, 21:05:12] דנה: מה שלומך?\r\n${LRM}[13/02/2021, 21:05:13] דנה: ${LRM}התמונה הושמטה\r\n`,
    expected: [
      ['2021-02-03T19:05:11', '-', 'ההודעות והשיחות מוצפנות מקצה לקצה.'],
      ['2021-02-13T19:05:12', 'דנה', 'מה שלומך?'],
      ['2021-02-13T19:05:13', 'דנה', PICTURE],
    ],
  },
  {
    name: 'iPhone, English, a group with events, attachments, own names and a byte order mark',
    file: '_chat.txt',
    zone: 'Europe/London',
    text: `\ufeff${LRM}[13/02/2021, 21:05:11] Family: ${LRM}Messages and calls are end-to-end encrypted.\n[13/02/2021, 21:05:12] Family: ${LRM}You created this group\n[13/02/2021, 21:06:00] ~${NNBSP}Noa: hi\n${LRM}[13/02/2021, 21:06:02] ~${NNBSP}Noa: ${LRM}<attached: 00000012-PHOTO-2021-02-13-21-06-02.jpg>\n[13/02/2021, 21:06:03] Dana: ${LRM}Dana left\n[13/02/2021, 21:06:04] Dana: bye\n`,
    expected: [
      ['2021-02-13T21:05:11', '-', 'Messages and calls are end-to-end encrypted.'],
      ['2021-02-13T21:05:12', '-', 'You created this group'],
      ['2021-02-13T21:06', 'Noa', 'hi'],
      ['2021-02-13T21:06:02', 'Noa', PICTURE],
      ['2021-02-13T21:06:03', '-', 'Dana left'],
      ['2021-02-13T21:06:04', 'Dana', 'bye'],
    ],
  },
  {
    name: 'iPhone, English (US), seconds and PM',
    file: '_chat.txt',
    zone: 'America/Los_Angeles',
    text: `[1/13/21, 9:05:11${NNBSP}PM] Dana: Hi\n${LRM}[1/13/21, 9:05:12${NNBSP}PM] Dana: ${LRM}video omitted\n`,
    expected: [
      ['2021-01-14T05:05:11', 'Dana', 'Hi'],
      ['2021-01-14T05:05:12', 'Dana', '[video, not seen]'],
    ],
  },
  {
    name: 'Android, German, two digits, with the gap and the overlap of summer time',
    file: 'WhatsApp Chat mit Hans.txt',
    zone: 'Europe/Berlin',
    text: '28.03.21, 02:30 - Hans: in der Lücke\n30.10.21, 12:00 - Hans: <Medien ausgeschlossen>\n31.10.21, 02:50 - Hans: erste\n31.10.21, 02:10 - Hans: zweite\n31.10.21, 03:10 - Hans: dritte\n',
    expected: [
      ['2021-03-28T01:30', 'Hans', 'in der Lücke'],
      ['2021-10-30T10:00', 'Hans', MEDIA],
      ['2021-10-31T00:50', 'Hans', 'erste'],
      ['2021-10-31T01:10', 'Hans', 'zweite'],
      ['2021-10-31T02:10', 'Hans', 'dritte'],
    ],
  },
  {
    name: 'Android, German, halves of the day',
    file: 'de.txt',
    zone: 'Europe/Berlin',
    text: '13.01.21, 9:05 nachm. - Hans: Abend\n14.01.21, 9:05 vorm. - Hans: Diese Nachricht wurde gelöscht.\n',
    expected: [
      ['2021-01-13T20:05', 'Hans', 'Abend'],
      ['2021-01-14T08:05', '-', 'Diese Nachricht wurde gelöscht.'],
    ],
  },
  {
    name: 'Android, Spanish, a. m. and p. m.',
    file: 'Chat de WhatsApp con Ana.txt',
    zone: 'Europe/Madrid',
    text: `13/1/21 9:05${NNBSP}p.${NNBSP}m. - Ana: hola\n13/1/21 9:06 p. m. - Ana: <Multimedia omitido>\n14/1/21 9:06 a. m. - Ana: Se eliminó este mensaje\n`,
    expected: [
      ['2021-01-13T20:05', 'Ana', 'hola'],
      ['2021-01-13T20:06', 'Ana', MEDIA],
      ['2021-01-14T08:06', '-', 'Se eliminó este mensaje'],
    ],
  },
  {
    name: 'Android, French, with the word between date and time',
    file: 'Discussion WhatsApp avec Zoé.txt',
    zone: 'Europe/Paris',
    text: '13/01/2021 à 21:05 - Zoé: salut\n13/01/2021 à 21:06 - Zoé: <Médias omis>\n13/01/2021 à 21:07 - Zoé: IMG-20210113-WA0001.jpg (fichier joint)\n13/01/2021 à 21:08 - Appel vocal manqué\n',
    expected: [
      ['2021-01-13T20:05', 'Zoé', 'salut'],
      ['2021-01-13T20:06', 'Zoé', MEDIA],
      ['2021-01-13T20:07', 'Zoé', PICTURE],
      ['2021-01-13T20:08', '-', 'Appel vocal manqué'],
    ],
  },
  {
    name: 'Android, Portuguese',
    file: 'Conversa do WhatsApp com Rui.txt',
    zone: 'America/Sao_Paulo',
    text: '13/01/2021 21:05 - Rui: oi\n13/01/2021 21:06 - Rui: <Mídia oculta>\n13/01/2021 21:07 - Rui: Mensagem apagada\n13/01/2021 21:08 - Rui: corrigido <Mensagem editada>\n',
    expected: [
      ['2021-01-14T00:05', 'Rui', 'oi'],
      ['2021-01-14T00:06', 'Rui', MEDIA],
      ['2021-01-14T00:07', '-', 'Mensagem apagada'],
      ['2021-01-14T00:08', 'Rui', 'corrigido'],
    ],
  },
  {
    name: 'Android, Italian, and an iPhone marker',
    file: 'Chat WhatsApp con Lia.txt',
    zone: 'Europe/Rome',
    text: `13/01/21, 21:05 - Lia: ciao\n13/01/21, 21:06 - Lia: <Media omessi>\n13/01/21, 21:07 - Lia: ${LRM}immagine omessa\n13/01/21, 21:08 - Lia: Questo messaggio è stato eliminato\n`,
    expected: [
      ['2021-01-13T20:05', 'Lia', 'ciao'],
      ['2021-01-13T20:06', 'Lia', MEDIA],
      ['2021-01-13T20:07', 'Lia', PICTURE],
      ['2021-01-13T20:08', '-', 'Questo messaggio è stato eliminato'],
    ],
  },
  {
    name: 'Android, Russian',
    file: 'Чат WhatsApp с контактом Оля.txt',
    zone: 'Europe/Moscow',
    text: '13.01.2021, 21:05 - Оля: привет\n13.01.2021, 21:06 - Оля: <Без медиафайлов>\n13.01.2021, 21:07 - Оля: Данное сообщение удалено\n13.01.2021, 21:08 - Оля создал(-а) группу "Семья: дача"\n',
    expected: [
      ['2021-01-13T18:05', 'Оля', 'привет'],
      ['2021-01-13T18:06', 'Оля', MEDIA],
      ['2021-01-13T18:07', '-', 'Данное сообщение удалено'],
      ['2021-01-13T18:08', '-', 'Оля создал(-а) группу "Семья: дача"'],
    ],
  },
  {
    name: 'Android, Arabic digits and comma',
    file: 'محادثة واتساب مع سارة.txt',
    zone: 'Asia/Riyadh',
    text: `${RLM}١٣${RLM}/٢${RLM}/٢٠٢٣، ٩:٥٩ م - سارة: مرحبا\n${RLM}١٣${RLM}/٢${RLM}/٢٠٢٣، ١٠:٠٠ م - سارة: <تم استبعاد الوسائط>\n${RLM}١٤${RLM}/٢${RLM}/٢٠٢٣، ٨:٠٠ ص - سارة: تم حذف هذه الرسالة\n`,
    expected: [
      ['2023-02-13T18:59', 'سارة', 'مرحبا'],
      ['2023-02-13T19:00', 'سارة', MEDIA],
      ['2023-02-14T05:00', '-', 'تم حذف هذه الرسالة'],
    ],
  },
  {
    name: 'Android, Persian digits, the year first',
    file: 'fa.txt',
    zone: 'Asia/Tehran',
    text: '۲۰۲۱/۱/۱۳, ۲۱:۰۵ - سارا: سلام\n',
    expected: [['2021-01-13T17:35', 'سارا', 'سلام']],
  },
  {
    name: 'Android, Turkish',
    file: 'Ece ile WhatsApp Sohbeti.txt',
    zone: 'Europe/Istanbul',
    text: '13.01.2021 21:05 - Ece: selam\n13.01.2021 21:06 - Ece: <Medya dahil edilmedi>\n13.01.2021 21:07 - Ece: Bu mesaj silindi\n13.01.2021 21:08 - Cevapsız sesli arama\n',
    expected: [
      ['2021-01-13T18:05', 'Ece', 'selam'],
      ['2021-01-13T18:06', 'Ece', MEDIA],
      ['2021-01-13T18:07', '-', 'Bu mesaj silindi'],
      ['2021-01-13T18:08', '-', 'Cevapsız sesli arama'],
    ],
  },
  {
    name: 'the year first, with hyphens',
    file: 'iso.txt',
    zone: 'America/Toronto',
    text: '2021-03-04, 9:05 p.m. - Ana: hello\n',
    expected: [['2021-03-05T02:05', 'Ana', 'hello']],
  },
  {
    name: 'day, month and two digits of the year, with hyphens',
    file: 'nl.txt',
    zone: 'Europe/Amsterdam',
    text: '13-1-21 21:05 - Bas: hoi\n14-1-21 21:05 - Bas: <Media weggelaten>\n',
    expected: [
      ['2021-01-13T20:05', 'Bas', 'hoi'],
      ['2021-01-14T20:05', 'Bas', MEDIA],
    ],
  },
  {
    name: 'Chinese, the half of the day in front of the time',
    file: 'zh.txt',
    zone: 'Asia/Taipei',
    text: '2023/2/13 下午3:04 - 王: 你好\n2023/2/13 中午12:04 - 王: 午餐\n',
    expected: [
      ['2023-02-13T07:04', '王', '你好'],
      ['2023-02-13T04:04', '王', '午餐'],
    ],
  },
  {
    name: 'names with colons, numbers and emoji; equal messages of one minute; sentences with a colon',
    file: 'WhatsApp Chat with Trip 🏝.txt',
    zone: 'UTC',
    text: '13/01/2021, 21:05 - Dr: Who: one\n13/01/2021, 21:05 - Dr: Who: two\n13/01/2021, 21:05 - Dr: Who: note: three\n13/01/2021, 21:06 - +972 50-123-4567: ok\n13/01/2021, 21:06 - +972 50-123-4567: ok\n13/01/2021, 21:07 - Zoe 🌸: 🎉🎉\n13/01/2021, 21:08 - Zoe 🌸 changed the subject from "Trip: a" to "Trip: b"\n',
    expected: [
      ['2021-01-13T21:05', 'Dr: Who', 'one'],
      ['2021-01-13T21:05', 'Dr: Who', 'two'],
      ['2021-01-13T21:05', 'Dr: Who', 'note: three'],
      ['2021-01-13T21:06', '+972 50-123-4567', 'ok'],
      ['2021-01-13T21:06', '+972 50-123-4567', 'ok'],
      ['2021-01-13T21:07', 'Zoe 🌸', '🎉🎉'],
      ['2021-01-13T21:08', '-', 'Zoe 🌸 changed the subject from "Trip: a" to "Trip: b"'],
    ],
  },
  {
    name: 'lines of another chat that were pasted into a message',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '13/01/2021, 21:05 - Dana: look:\n05/01/2019, 10:00 - Old Friend: from the past\n[05/01/2019, 10:00:00] Other: and an iPhone\nend\n13/01/2021, 21:06 - Dana: see?\n',
    expected: [
      [
        '2021-01-13T21:05',
        'Dana',
        'look:\n05/01/2019, 10:00 - Old Friend: from the past\n[05/01/2019, 10:00:00] Other: and an iPhone\nend',
      ],
      ['2021-01-13T21:06', 'Dana', 'see?'],
    ],
  },
  {
    name: 'polls, places, cards, captions, calls, a message to be looked at once',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '13/01/2021, 21:00 - Dana: POLL:\nWhere to?\nOPTION: Sea (2 votes)\nOPTION: Hills (1 vote)\n13/01/2021, 21:01 - Dana: location: https://maps.google.com/?q=32.05,34.78\n13/01/2021, 21:02 - Dana: Noa.vcf (file attached)\n13/01/2021, 21:03 - Dana: IMG-20210113-WA0001.jpg (file attached)\nthe new boat\n13/01/2021, 21:04 - Dana: Missed video call\n13/01/2021, 21:05 - Dana: <View once photo omitted>\n13/01/2021, 21:06 - Dana: You deleted this message\n',
    expected: [
      ['2021-01-13T21:00', 'Dana', '[poll: "Where to?", "Sea" / "Hills"]'],
      ['2021-01-13T21:01', 'Dana', '[location: latitude 32.05, longitude 34.78]'],
      ['2021-01-13T21:02', 'Dana', '[contact: "Noa"]'],
      ['2021-01-13T21:03', 'Dana', 'the new boat\n[picture, not seen]'],
      ['2021-01-13T21:04', '-', 'Missed video call'],
      ['2021-01-13T21:05', 'Dana', '[view-once message, which only the phone can open]'],
      ['2021-01-13T21:06', '-', 'You deleted this message'],
    ],
  },
  {
    name: 'ambiguous dates that only follow each other with the month first',
    file: 'order.txt',
    zone: 'UTC',
    text: '01/11/2021, 10:00 - Dana: a\n01/12/2021, 10:00 - Dana: b\n02/01/2021, 10:00 - Dana: c\n02/02/2021, 10:00 - Dana: d\n',
    expected: [
      ['2021-01-11T10:00', 'Dana', 'a'],
      ['2021-01-12T10:00', 'Dana', 'b'],
      ['2021-02-01T10:00', 'Dana', 'c'],
      ['2021-02-02T10:00', 'Dana', 'd'],
    ],
  },
  {
    name: 'iPhone, the Buddhist calendar',
    file: '_chat.txt',
    zone: 'UTC',
    text: `[1/23/2564 BE, 21:05:11] Dana: hi\n${LRM}[1/23/2564 BE, 21:05:12] Dana: ${LRM}image omitted\n`,
    expected: [
      ['2021-01-23T21:05:11', 'Dana', 'hi'],
      ['2021-01-23T21:05:12', 'Dana', PICTURE],
    ],
  },
  {
    name: 'iPhone, the Japanese calendar',
    file: '_chat.txt',
    zone: 'UTC',
    text: '[1/23/R3, 21:05:11] Dana: hi\n[12/30/R3, 1:05:11 PM] Dana: later\n',
    expected: [
      ['2021-01-23T21:05:11', 'Dana', 'hi'],
      ['2021-12-30T13:05:11', 'Dana', 'later'],
    ],
  },
  {
    name: 'Android, Japanese years in full',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '令和3/1/23, 21:05 - Dana: hi\n令和3/1/24, 21:05 - Dana: later\n',
    expected: [
      ['2021-01-23T21:05', 'Dana', 'hi'],
      ['2021-01-24T21:05', 'Dana', 'later'],
    ],
  },
  {
    name: 'old Android, English, words for the months',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'America/New_York',
    text: 'Jan 5, 2021, 9:05 PM - Dana: Hi\n3 May 20 people come\nMay 3, 2021, 12:00 AM - Dana: midnight\n',
    expected: [
      ['2021-01-06T02:05', 'Dana', 'Hi\n3 May 20 people come'],
      ['2021-05-03T04:00', 'Dana', 'midnight'],
    ],
  },
  {
    name: 'old Android, English (UK), the time first',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '16:18, 24 Mar 2021 - Dana: Hi\n09:05, 1 Sept 2021 - Dana left\n',
    expected: [
      ['2021-03-24T16:18', 'Dana', 'Hi'],
      ['2021-09-01T09:05', '-', 'Dana left'],
    ],
  },
  {
    name: 'old Android, German, words for the months',
    file: 'WhatsApp Chat mit Hans.txt',
    zone: 'UTC',
    text: '12. März 2021, 14:05 - Hans: hallo\n1. Mai 2021, 0:05 - Hans: später\n24. Dez. 2021, 18:00 - Hans: froh\n',
    expected: [
      ['2021-03-12T14:05', 'Hans', 'hallo'],
      ['2021-05-01T00:05', 'Hans', 'später'],
      ['2021-12-24T18:00', 'Hans', 'froh'],
    ],
  },
  {
    name: 'old Android, Hebrew, words for the months, marks in front',
    file: 'he.txt',
    zone: 'UTC',
    text: `${RLM}12 במרץ 2021, 14:05 - ${RLM}דנה: שלום\n${RLM}3 בינו׳ 2022, 9:05 אחה״צ - דנה: עוד\n`,
    expected: [
      ['2021-03-12T14:05', 'דנה', 'שלום'],
      ['2022-01-03T21:05', 'דנה', 'עוד'],
    ],
  },
  {
    name: 'an iPhone with words for the months, brackets and seconds',
    file: '_chat.txt',
    zone: 'UTC',
    text: '[12 de mar. de 2021, 14:05:01] Ana: olá\n[3 de jan. de 2022, 10:05:02] Ana: sim\n',
    expected: [
      ['2021-03-12T14:05:01', 'Ana', 'olá'],
      ['2022-01-03T10:05:02', 'Ana', 'sim'],
    ],
  },
  {
    name: 'hyphens and words for the months',
    file: 'chat.txt',
    zone: 'UTC',
    text: '12-Mar-21 16:18 - Dana: Hi\n1-Aug-21 0:05 - Dana: later\n',
    expected: [
      ['2021-03-12T16:18', 'Dana', 'Hi'],
      ['2021-08-01T00:05', 'Dana', 'later'],
    ],
  },
  {
    name: 'old iPhone, a colon behind the time',
    file: '_chat.txt',
    zone: 'UTC',
    text: `23/01/21, 21:05:11: Dana: hi\nsee 10:30: the plan\n23/01/21, 21:05:12: Dana: <${LRM}image omitted>\n23/01/21, 21:06:00: ${LRM}Dana left\n`,
    expected: [
      ['2021-01-23T21:05:11', 'Dana', 'hi\nsee 10:30: the plan'],
      ['2021-01-23T21:05:12', 'Dana', PICTURE],
      ['2021-01-23T21:06', '-', 'Dana left'],
    ],
  },
  {
    name: 'old iPhone, 12 hours, no comma, dots in the time',
    file: '_chat.txt',
    zone: 'UTC',
    text: '1/23/21 9.05.11 PM: Dana: hi\n1/24/21 12.05.11 AM: Noam: later\n',
    expected: [
      ['2021-01-23T21:05:11', 'Dana', 'hi'],
      ['2021-01-24T00:05:11', 'Noam', 'later'],
    ],
  },
  {
    name: 'iPhone, Vietnamese, the time first',
    file: '_chat.txt',
    zone: 'UTC',
    text: `[21:05:11, 23/1/21] Dana: chào\n${LRM}[00:05:12, 24/1/21] Dana: vâng\n`,
    expected: [
      ['2021-01-23T21:05:11', 'Dana', 'chào'],
      ['2021-01-24T00:05:12', 'Dana', 'vâng'],
    ],
  },
  {
    name: 'Android, Bulgarian, words for the year and the hour',
    file: 'chat.txt',
    zone: 'UTC',
    text: '23.01.21 г., 21:05 ч. - Dana: здравей\n24.01.21 г., 0:05 ч. - Dana: да\n',
    expected: [
      ['2021-01-23T21:05', 'Dana', 'здравей'],
      ['2021-01-24T00:05', 'Dana', 'да'],
    ],
  },
  {
    name: 'iPhone, Finnish, dots in the time',
    file: '_chat.txt',
    zone: 'UTC',
    text: '[23.1.2021 klo 21.05.11] Dana: hei\n[24.1.2021 klo 0.05.11] Dana: joo\n',
    expected: [
      ['2021-01-23T21:05:11', 'Dana', 'hei'],
      ['2021-01-24T00:05:11', 'Dana', 'joo'],
    ],
  },
  {
    name: 'Android, Korean, dots and blanks in the date',
    file: 'chat.txt',
    zone: 'UTC',
    text: '2021. 1. 23. 오후 9:05 - Dana: 안녕\n2021. 1. 24. 오전 12:05 - Dana: 네\n',
    expected: [
      ['2021-01-23T21:05', 'Dana', '안녕'],
      ['2021-01-24T00:05', 'Dana', '네'],
    ],
  },
  {
    name: 'halves of the day in words',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '23/01/2021, 9:05 in the morning - Dana: a\n23/01/2021, 12:05 in the afternoon - Dana: b\n23/01/2021, 9:05 at night - Dana: c\n24/01/2021, 1:05 at night - Dana: d\n',
    expected: [
      ['2021-01-23T09:05', 'Dana', 'a'],
      ['2021-01-23T12:05', 'Dana', 'b'],
      ['2021-01-23T21:05', 'Dana', 'c'],
      ['2021-01-24T01:05', 'Dana', 'd'],
    ],
  },
  {
    name: 'a phone whose clock was changed from 12 to 24 hours',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '23/01/2021, 9:05 PM - Dana: a\n23/01/2021, 22:05 - Dana: b\n24/01/2021, 1:05 AM - Dana: c\n',
    expected: [
      ['2021-01-23T21:05', 'Dana', 'a'],
      ['2021-01-23T22:05', 'Dana', 'b'],
      ['2021-01-24T01:05', 'Dana', 'c'],
    ],
  },
  {
    name: 'an event that is newer than the messages after it: a phone that was moved to',
    file: 'WhatsApp Chat with Dana.txt',
    zone: 'UTC',
    text: '23.01.21, 13:31 - Messages and calls are end-to-end encrypted.\n18.01.21, 15:10 - Dana: older\n18.01.21, 15:12 - Noam: too\n23.01.21, 13:32 - Dana: newer\n',
    expected: [
      ['2021-01-23T13:31', '-', 'Messages and calls are end-to-end encrypted.'],
      ['2021-01-18T15:10', 'Dana', 'older'],
      ['2021-01-18T15:12', 'Noam', 'too'],
      ['2021-01-23T13:32', 'Dana', 'newer'],
    ],
  },
  {
    name: 'messages of people of the chat that came days later',
    file: 'WhatsApp Chat with Trip.txt',
    zone: 'UTC',
    text: '20/01/2021, 10:00 - Dana: a\n13/01/2021, 10:00 - Noam: late\nand long\n14/01/2021, 10:00 - Noam: too\n20/01/2021, 10:01 - Dana: b\n20/01/2021, 10:02 - Noam: c\n',
    expected: [
      ['2021-01-20T10:00', 'Dana', 'a'],
      ['2021-01-13T10:00', 'Noam', 'late\nand long'],
      ['2021-01-14T10:00', 'Noam', 'too'],
      ['2021-01-20T10:01', 'Dana', 'b'],
      ['2021-01-20T10:02', 'Noam', 'c'],
    ],
  },
  {
    name: 'messages in no order',
    file: 'WhatsApp Chat with Trip.txt',
    zone: 'UTC',
    text: Array.from(
      { length: 45 },
      (_, at) => `${String(13 + ((at * 7) % 15))}/01/2021, 10:00 - P${String(at)}: m\n`,
    ).join(''),
    expected: Array.from(
      { length: 45 },
      (_, at) => [`2021-01-${String(13 + ((at * 7) % 15))}T10:00`, `P${String(at)}`, 'm'] as const,
    ),
  },
  {
    name: 'iPhone, markers of many languages',
    file: '_chat.txt',
    zone: 'UTC',
    text: [
      'obrázek vynechán',
      '画像は含まれていません',
      'फ़ोटो हटाई गई',
      'ไม่มีรูปภาพ',
      'gambar tidak disertakan',
      'đã bỏ qua hình ảnh',
      'imagem não revelada',
      'зображення відсутнє',
    ]
      .map((marker, at) => `${LRM}[23/1/21, 21:05:1${String(at)}] Dana: ${LRM}${marker}\n`)
      .concat(`[23/1/21, 21:05:20] Dana: plan.pdf ${LRM}document omitted\n`)
      .concat(`${LRM}[23/1/21, 21:05:21] Dana: ${LRM}यह मैसेज डिलीट कर दिया गया है.\n`)
      .concat(`${LRM}[23/1/21, 21:05:22] Dana: ${LRM}このメッセージは削除されました。\n`)
      .join(''),
    expected: [
      ...Array.from({ length: 8 }, (_, at) => [`2021-01-23T21:05:1${String(at)}`, 'Dana', PICTURE] as const),
      ['2021-01-23T21:05:20', 'Dana', '[document, not read: "plan.pdf"]'],
      ['2021-01-23T21:05:21', '-', 'यह मैसेज डिलीट कर दिया गया है.'],
      ['2021-01-23T21:05:22', '-', 'このメッセージは削除されました。'],
    ],
  },
]
