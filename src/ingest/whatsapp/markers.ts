/**
 * The texts that phones write into an export instead of media, calls, deleted messages and events, in more than ten
 * languages.
 */
import type { Attachment, MediaKind } from '../../messages/message-details.ts'
import { MARKS, withoutMarks } from './header.ts'
import { phraseKindOf, type PhraseKind } from './marker-phrases.ts'
import { inNormalForm } from '../../text/normal-form.ts'

/** The meaning of the text of an exported message. */
export type Content =
  | {
      readonly kind: 'said'
      /** The sender's own words; may be empty if a file is attached. */
      readonly words: string
      readonly attachment: Attachment | undefined
      /** The name of the attached file, according to the export. */
      readonly file: string | undefined
      readonly edited: boolean
    }
  | { readonly kind: 'deleted' | 'call' | 'notice' }

/** A pattern that matches any of these phrases as a whole. */
const oneOf = (...phrases: readonly string[]): RegExp => new RegExp(`^(?:${phrases.join('|')})[.!。।]?$`, 'iu')

const DELETED = oneOf(
  'this message was deleted(?: by .{1,100})?|you deleted this message(?: as admin)?',
  'הודעה זו נמחקה.{0,100}|ההודעה הזאת נמחקה|ההודעה נמחקה|מחקת (?:את ה)?הודעה (?:זו|הזאת|הזו)',
  'diese nachricht wurde (?:von .{1,100} )?gelöscht|du hast diese nachricht gelöscht',
  '(?:se eliminó este mensaje|este mensaje fue eliminado|eliminaste este mensaje|se eliminó el mensaje)(?: .{1,100})?',
  'ce message a été supprimé(?: par .{1,100})?|vous avez supprimé ce message',
  '(?:mensagem apagada|esta mensagem foi apagada|você apagou esta mensagem|apagou esta mensagem|mensagem eliminada|eliminou esta mensagem)(?: .{1,100})?',
  'questo messaggio è stato eliminato(?: da .{1,100})?|hai eliminato questo messaggio',
  '(?:данное |это )?сообщение удалено(?: .{1,100})?|вы удалили (?:данное|это) сообщение',
  '(?:تم حذف هذه الرسالة|حذفت هذه الرسالة|لقد حذفت هذه الرسالة|حذفتَ هذه الرسالة)(?: .{1,100})?',
  'bu mesaj (?:.{1,100} tarafından )?silindi|bu mesajı sildiniz',
  'tato zpráva byla smazána|tuto zprávu jste smazal(?:/a|a)?|це повідомлення було видалено|ви видалили це повідомлення',
  'यह मैसेज डिलीट कर दिया गया है|आपने यह मैसेज डिलीट किया|pesan ini (?:telah )?dihapus|anda menghapus pesan ini',
  'このメッセージは削除されました|このメッセージを削除しました|ข้อความนี้ถูกลบแล้ว|คุณได้ลบข้อความนี้',
  'tin nhắn này đã bị x(?:óa|oá)|bạn đã x(?:óa|oá) tin nhắn này|dit bericht (?:is|werd) verwijderd|(?:je|u) hebt dit bericht verwijderd',
  'ta wiadomość została usunięta|usunięto tę wiadomość',
)

const EDITED = new RegExp(
  `[\\s${MARKS}]*<[${MARKS}]*(?:this message was edited|(?:ה?הודעה (?:זו )?נערכה|ההודעה הזאת נערכה)|diese nachricht wurde bearbeitet|` +
    `(?:se editó este mensaje|este mensaje fue editado)|ce message a été modifié|(?:mensagem editada|esta mensagem foi editada)|` +
    `questo messaggio è stato modificato|(?:данное |это )?сообщение (?:было )?изменено|تم (?:تعديل|تحرير) (?:هذه )?الرسالة|bu mesaj düzenlendi|` +
    `dit bericht is bewerkt|ta wiadomość została (?:zmieniona|edytowana)|pesan ini (?:telah )?diedit|це повідомлення (?:було )?змінено|tato zpráva byla upravena|این پیام ویرایش شد(?:ه است)?)\\.?[${MARKS}]*>[\\s${MARKS}]*$`,
  'iu',
)

/**
 * The kind of call, and that it was missed, in any order. Phones add further text, such as the duration or a hint what
 * to tap.
 */
const CALLS = new RegExp(
  '^(?:' +
    [
      '(?:missed |silenced )(?:group )?(?:voice|video) call|(?:voice|video) call[,.] .{1,80}|missed group call',
      'שיחה קולית שלא נענתה|שיחת (?:וידאו|וידיאו|קולית?)(?: קבוצתית)? שלא נענתה|שיחת וידאו, .{1,80}|שיחה קולית, .{1,80}',
      'verpasster? (?:sprach|video|gruppen)-?anruf|(?:sprach|video)anruf[,.] .{1,80}',
      'llamada (?:de voz )?perdida|(?:llamada de )?video(?:llamada)? perdida|(?:llamada de voz|videollamada)[,.] .{1,80}',
      'appel (?:vocal|vidéo)(?: de groupe)? manqué|appel (?:vocal|vidéo)[,.] .{1,80}',
      '(?:ligação|chamada) de (?:voz|vídeo)(?: em grupo)? (?:perdida|não atendida)|(?:ligação|chamada) (?:de voz|de vídeo)[,.] .{1,80}',
      '(?:video)?chiamata (?:vocale )?(?:di gruppo )?persa|(?:chiamata vocale|videochiamata)[,.] .{1,80}',
      'пропущенный (?:групповой )?(?:аудио|видео)звонок|(?:аудио|видео)звонок[,.] .{1,80}',
      'مكالمة (?:صوتية|فيديو)(?: جماعية)? (?:فائتة|لم يُرد عليها|لم يتم الرد عليها)|مكالمة (?:صوتية|فيديو)[،,.] .{1,80}',
      'cevapsız (?:grup )?(?:sesli|görüntülü) (?:grup )?arama(?:sı)?|(?:sesli|görüntülü) arama[,.] .{1,80}',
    ].join('|') +
    ')(?:[ ,.].{0,80})?$',
  'iu',
)

/**
 * Sentences about a chat that no one wrote. Only used if a phone marked them as its own text, or if there is no sender.
 */
const NOTICES = new RegExp(
  [
    'end-to-end encrypted|security code (?:with .{1,100} )?changed|your security code',
    'מוצפנות מקצה לקצה|הצפנה מקצה לקצה|קוד האבטחה',
    'ende-zu-ende-verschlüssel|sicherheitsnummer',
    'cifrad[oa]s? de extremo a extremo|código de seguridad',
    'chiffrés? de bout en bout|code de sécurité',
    'criptografi\\p{L}+ de ponta a ponta|encripta\\p{L}+ (?:de )?ponta a ponta|código de segurança',
    'crittografat\\p{L} end-to-end|crittografia end-to-end|codice di sicurezza',
    'сквозным шифрованием|код безопасности',
    'مشفرة تمام|التشفير التام|تشفير تام|رمز الأمان',
    'uçtan uca şifrel|güvenlik kodu',
    'bezpečnostní kód|šifrován|код безпеки|наскрізн\\p{L}+ шифруван|सुरक्षा कोड|एंड-टू-एंड|kode keamanan|terenkripsi secara end-to-end',
    'セキュリティコード|エンドツーエンド暗号化|รหัสความปลอดภัย|เข้ารหัส|mã bảo mật|mã hóa|beveiligingscode|end-to-end versleuteld|kod bezpieczeństwa|szyfrowan',
    'κωδικός ασφαλείας|নিরাপত্তা কোড|安全代碼|安全碼|安全代码|보안 코드|کد امنیتی|سیکیورٹی کوڈ|säkerhetskod|sikkerhe[td]skode|turvanumero|biztonsági kód|bezpečnostný kód',
    'kod zabezpieczeń|kod keselamatan|sigurnosni kôd|સુરક્ષા કોડ|cód slándála|codul (?:dvs\\. )?de securitate|codi de seguretat|سرتاسر رمزگذاری|رمزگذاری سرتاسری|kompletně šifr|szyfrowane',
    '(?:created|left|joined|added|removed|changed|turned (?:on|off)|pinned|started|deleted|reset) (?:the |this |a |group |their |your |you|using |disappearing |to )',
    '(?:יצר|יצרה|הוסיף|הוסיפה|הסיר|הסירה|עזב|עזבה|שינה|שינתה|הצטרף|הצטרפה|הפעיל|הפעילה|כיבה|כיבתה)(?:/ה)? ',
    'hat (?:die gruppe|den betreff|das gruppenbild|dich|diese) |hat .{1,100} hinzugefügt|wurde hinzugefügt|hat die gruppe verlassen',
    '(?:creó|cambió|añadió|eliminó|salió|se unió) ',
    'a (?:créé|changé|ajouté|retiré|quitté|rejoint|modifié|activé) ',
    '(?:criou|mudou|alterou|adicionou|removeu|saiu|entrou) ',
    'ha (?:creato|cambiato|aggiunto|rimosso|abbandonato|modificato) ',
    '(?:создал|изменил|добавил|удалил|покинул|вышел)(?:\\(-а\\)|а|\\(а\\))? ',
    '(?:أنشأ|غيّر|غير|أضاف|أزال|غادر|انضم)',
    '(?:oluşturdu|değiştirdi|ekledi|çıkardı|ayrıldı|katıldı)',
    "you're now an admin|כעת מנהל|waiting for this message",
  ].join('|'),
  'iu',
)

/** No sentence about an event is longer. */
const MOST_NOTICE_CHARACTERS = 2000

/** Whether a sentence reports an event of the chat. */
export const isNotice = (text: string): boolean => NOTICES.test(text.slice(0, MOST_NOTICE_CHARACTERS))

/** What replaces media that were left out: `<Media omitted>`. */
const LEFT_OUT = oneOf(
  '<(?:media omitted|המדיה לא נכללה|מדיה לא נכללה|המדיה הושמטה|מדיה הושמטה|medien (?:ausgeschlossen|weggelassen)|(?:multimedia|archivo|media) omitid[oa]|médias? omis|' +
    'm[íi]dia (?:oculta|omitida)|arquivo de mídia oculto|ficheiro (?:não revelado|omitido)|media omess[ai]|без медиафайлов|медиафайлы? (?:отсутствуют|пропущен\\p{L}*)|' +
    'تم استبعاد الوسائط|الوسائط مستبعدة|medya (?:dahil edilmedi|atlandı)|media weggelaten|média vynechány|медіа пропущено|без медіафайлів|' +
    'media tidak disertakan|メディアは含まれていません|pominięto multimedia|media (?:har utelämnats|utelämnat)|省略多媒体文件|省略多媒體檔案|忽略多媒體檔|' +
    'medie(?:r|fil) udeladt|media jätet(?:tiin|ty) pois|media utelatt|uten vedlegg|hiányzó médiafájl|média elhagyva|(?:conținut|fișiere) media omise?|' +
    'εξαίρεση πολυμέσων|मीडिया के बिना|(?:ไฟล์)?สื่อถูกลบ|без файл|médiá vynechan[éá]|medij izpuščen|datoteke izpuščene|medijski zapis izostavljen|' +
    '미디어 파일 제외됨|미디어 파일을 생략한 대화내용|bỏ qua (?:tệp phương tiện|media)|bez multivides|praleistas medijos turinys|meedia (?:ära jäetud|välja jäetud))>',
)

const VIEW_ONCE = oneOf(
  '<?view once (?:message|photo|video|voice message)(?: omitted)?>?|you received a view once .{1,120}',
  'הודעה לצפייה חד-פעמית.{0,80}|<?(?:תמונה|סרטון|הודעה) לצפייה חד.?פעמית.{0,40}>?',
  '<?(?:einmalansicht|.{1,30} zur einmalansicht).{0,60}>?',
)

const OMITTED =
  'omitted|הושמטה|הושמט|הושמטו|לא נכללה?|weggelassen|ausgelassen|ausgeschlossen|omitid[oa]s?|absente?|omise?|omesse?|omess[oa]|retiré|manquante?|ocultad[oa]|oculto|' +
  'non inclus[oa]|esclus[oa]|опущен[оаы]?|пропущен[оаы]?|отсутствует|dahil edilmedi|محذوفة?|مستبعدة?'
const OMITTED_BEFORE = 'تم (?:استبعاد|حذف|إزالة|استثناء)'

const OMITTED_KINDS: readonly (readonly [kind: MediaKind | 'document' | 'contacts', words: string])[] = [
  ['picture', 'image|photo|ה?תמונה|bild|foto|imagen|imagem|immagine|изображение|фото|الصورة|صورة|görüntü|fotoğraf'],
  ['video', 'video(?: note)?|ה?סרטון(?: ה?וידאו)?|ה?וידאו|vídeo|vidéo|видео|الفيديو|فيديو|مقطع الفيديو'],
  ['audio', 'audio|ה?שמע|קובץ ה?שמע|áudio|аудио|الصوت|المقطع الصوتي|ملف صوتي|ses'],
  ['sticker', 'sticker|ה?סטיקר|ה?מדבקה|figurinha|adesivo|стикер|الملصق|ملصق|çıkartma'],
  ['gif', 'gif|ה?-?gif|gif-файл'],
  ['document', 'document|ה?מסמך|dokument|documento|документ|المستند|مستند|belge'],
  [
    'contacts',
    'contact card|כרטיס (?:ה?איש ה?קשר|ה?קשר)|kontaktkarte|tarjeta de contacto|fiche contact|cartão (?:do|de) contato|scheda contatto|карточка контакта|بطاقة (?:جهة )?الاتصال|kişi kartı',
  ],
]

/** The same in languages that build the sentence otherwise. */
const OTHERS: Readonly<Partial<Record<MediaKind | 'document' | 'contacts', string>>> = {
  picture:
    'obrázek vynechán|imagem não revelada|зображення відсутнє|फ़ोटो (?:हटाई|छोड़ी) गई|gambar tidak disertakan|画像は含まれていません|ไม่มีรูปภาพ|đã bỏ qua hình ảnh|afbeelding weggelaten',
  video:
    'video vynecháno|vídeo não revelado|відео відсутнє|वीडियो (?:छोड़ा|हटाया) गया|video tidak disertakan|ビデオは含まれていません|วิดีโอถูกลบ|đã bỏ (?:qua )?video|video weggelaten',
  audio:
    'zvukový soubor vynechán|ficheiro de áudio não revelado|аудиофайл отсутствует|аудіо відсутнє|ऑडियो (?:हटाई|छोड़ी) गय?ी|audio tidak disertakan|音声は含まれていません|ไม่มีไฟล์เสียง|(?:đã )?bỏ qua tệp âm thanh|audio weggelaten',
  sticker:
    'nálepka vynechána|sticker não revelado|стикер не добавлен|наклейку не додано|स्टिकर छोड़ा गया|stiker tidak disertakan|スタンプは含まれていません|ไม่มีสติกเกอร์|đã bỏ sticker|sticker weggelaten',
  gif: 'gif (?:vynechán|não revelad[ao]|छोड़ा गया|tidak disertakan|weggelaten)|gif-анімацію пропущено|gifは含まれていません|ละเว้น gif|đã bỏ qua ảnh gif',
  document:
    'dokument vynechán|documento não revelado|документ пропущено|डॉक्यूमेंट छोड़ा गया|dokumen tidak disertakan|ドキュメントは含まれていません|ละเว้นเอกสาร|đã bỏ qua tài liệu|document (?:manquant|weggelaten)',
  contacts:
    'vizitka vynechána|contacto não revelado|картка контакту відсутня|कॉन्टैक्ट कार्ड छोड़ा गया|kartu kontak tidak disertakan|連絡先カードを省略|บัตรรายชื่อที่ละเว้น|bỏ qua thẻ liên lạc|contactkaart weggelaten',
}

const OMITTED_PATTERNS = OMITTED_KINDS.map(([kind, words]) => {
  // The name of a document comes before it, with the number of its pages or without.
  const name = '(?:(.{1,200}?)\\s?•.{0,40} |(.{1,200}\\.[A-Za-z0-9]{1,5}) )?'
  const sentence = `(?:${words}) (?:${OMITTED})|${OMITTED_BEFORE} (?:${words})|${OTHERS[kind] ?? '(?!)'}`
  return [kind, new RegExp(`^${name}(?:${sentence})\\.?$`.normalize('NFC'), 'iu')] as const
})

/** `<attached: name.jpg>`, in any language. */
const ATTACHED_IOS = /^<[^<>:]{2,40}:\s?([^<>\n]{1,250}\.[A-Za-z0-9]{2,5})>$/u
/**
 * `name.jpg (file attached)`. The names that WhatsApp gives are recognised alone; other names require the words in
 * parentheses.
 */
const ATTACHED_ANDROID =
  /^(?:((?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.[A-Za-z0-9]{2,5}) \([^()\n]{3,40}\)|([^\n]{1,250}\.[A-Za-z0-9]{2,5}) \((?:file attached|ה?קובץ (?:ה?מצורף|צורף)|מצורף קובץ|datei angehängt|archivo adjunto|fichier (?:joint|attaché)|(?:arquivo|ficheiro) anexad[oa]|file allegato|(?:файл )?(?:добавлен|прикрепл[её]н)|تم إرفاق الملف|ملف مرفق|الملف مرفق|dosya ekl(?:i|endi)|bestand bijgevoegd|soubor byl přiložen|файл додано|plik załączony|file terlampir)\))$/iu

/** The same with any name and in any language, where a phone marked the line as its own. */
const ATTACHED_BY_PHONE = /^([^\n]{1,250}\.[A-Za-z0-9]{2,5}) \([^()\n]{3,40}\)$/u

const LOCATION =
  /^(?:([^\n:]{0,60}?)\s?:\s*)?https?:\/\/(?:maps\.google\.[a-z.]{2,6}\/\?q=|(?:www\.)?google\.[a-z.]{2,6}\/maps\?q=)(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)\S{0,80}$/iu
const LIVE_LOCATION = oneOf(
  'live location shared|מיקום (?:בזמן אמת|חי)(?: שותף)?.{0,40}|live-standort (?:wird )?geteilt|ubicación en tiempo real compartida|localisation en direct partagée|localização (?:em tempo real|atual) compartilhada|posizione in tempo reale condivisa|трансляция геоданных.{0,40}|تمت مشاركة الموقع المباشر|canlı konum paylaşıldı',
)

/** A word, the question, and at least two lines of the same word with an option and its votes. */
const POLL_HEAD = /^[^\n:]{2,40}\s?:[^\S\n]*\n/u
const POLL_OPTION = /^([^\n:]{2,20}?)\s?:\s*(.+?)\s*\(\d+[^()\n]*\)$/u

/** Determines what a message is, by its text. @param by_phone the phone marked the text as its own */
export const contentOf = (text: string, by_phone: boolean): Content => {
  const plain = inNormalForm(withoutMarks(text), 'NFC')
    .replace(/[\u00a0\u202f]/gu, ' ')
    .trim()
  const phrase = phraseKindOf(plain)
  if (phrase === 'deleted' || DELETED.test(plain)) return { kind: 'deleted' }
  if (CALLS.test(plain) || (by_phone && isCall(plain))) return { kind: 'call' }
  const words = withoutEdited(text)
  const edited = words.length < text.length
  const came = attachmentOf(edited ? withoutMarks(words).trim() : plain, by_phone) ?? omittedBehind(words)
  if (came === undefined && by_phone && isNotice(plain)) return { kind: 'notice' }
  return { kind: 'said', words: came?.words ?? words.trim(), attachment: came?.attachment, file: came?.file, edited }
}

/** Behind the call, phones may say what to tap. */
const isCall = (text: string): boolean =>
  [/^[^,،。]*/u, /^[^.,،。]*/u].some(beginning => phraseKindOf(beginning.exec(text)?.[0] ?? '') === 'call')

/** Characters at the end in which the mark of an edited message is. */
const MOST_EDITED_CHARACTERS = 300

const withoutEdited = (text: string): string => {
  const before = Math.max(0, text.length - MOST_EDITED_CHARACTERS)
  return text.slice(0, before) + text.slice(before).replace(EDITED, '')
}

interface Came {
  /** The text below it. */
  readonly words: string
  readonly attachment: Attachment
  readonly file?: string
}

const attachmentOf = (text: string, by_phone: boolean): Came | undefined => {
  const end = text.indexOf('\n')
  const first = (end === -1 ? text : text.slice(0, end)).trim()
  const below = end === -1 ? '' : text.slice(end + 1).trim()
  if (isLeftOut(first)) return { words: below, attachment: { kind: 'unknown', type: 'media' } }
  const named = ATTACHED_ANDROID.exec(first) ?? (by_phone ? ATTACHED_BY_PHONE.exec(first) : null)
  const file = ATTACHED_IOS.exec(first)?.[1] ?? fileOf(named)
  if (file !== undefined) return { words: below, attachment: attachmentOfFile(file), file }
  return below === '' ? attachmentOfLine(first, by_phone) : (ofLastLine(text) ?? pollOf(text))
}

const isLeftOut = (line: string): boolean =>
  LEFT_OUT.test(line) || (inBrackets(line) && phraseKindOf(line.slice(1, -1)) === 'media')

const inBrackets = (line: string): boolean => line.startsWith('<') && line.endsWith('>')

/** The sentence of a phone behind its mark. */
const BEHIND_MARK = new RegExp(`^[^${MARKS}\\n]{2,80}$`, 'u')

/** A caption or the name of a document, and behind a mark the sentence of an iPhone for media that were left out. */
const omittedBehind = (text: string): Came | undefined => {
  const whole = text.trim()
  const mark = Math.max(whole.lastIndexOf('\u200e'), whole.lastIndexOf('\u200f'))
  const [before, sentence] = [whole.slice(0, Math.max(mark, 0)), whole.slice(mark + 1)]
  if (before === '' || !BEHIND_MARK.test(sentence)) return undefined
  const attachment = omittedOf(sentence.trim(), true)
  if (attachment === undefined) return undefined
  const words = withoutMarks(before).trim()
  if (attachment.kind !== 'document') return { words, attachment }
  return { words: '', attachment: { kind: 'document', name: words.replace(/\s?•[^•]{0,40}$/u, '') } }
}

/** The name is in one of two groups: a name that WhatsApp gave, or another one. */
const fileOf = (match: RegExpExecArray | null): string | undefined => match?.[1] ?? match?.[2]

/** A caption may come before the file that it belongs to. */
const ofLastLine = (text: string): Came | undefined => {
  const at = text.lastIndexOf('\n')
  const file = ATTACHED_IOS.exec(text.slice(at + 1).trim())?.[1]
  return file === undefined ? undefined : { words: text.slice(0, at).trim(), attachment: attachmentOfFile(file), file }
}

const attachmentOfLine = (line: string, by_phone: boolean): Came | undefined => {
  if (VIEW_ONCE.test(line)) return { words: '', attachment: { kind: 'view_once' } }
  if (LIVE_LOCATION.test(line) || phraseKindOf(line) === 'live_location')
    return { words: '', attachment: { kind: 'location', live: true } }
  const place = LOCATION.exec(line)
  if (place !== null) {
    const [, , latitude, longitude] = place
    return { words: '', attachment: { kind: 'location', latitude: Number(latitude), longitude: Number(longitude) } }
  }
  const caption = ATTACHED_AFTER.exec(line)
  if (caption?.[2] !== undefined) {
    return { words: (caption[1] ?? '').trim(), attachment: attachmentOfFile(caption[2]), file: caption[2] }
  }
  // Old iPhones put it in brackets.
  const bracketed = inBrackets(line)
  const omitted = omittedOf(bracketed ? line.slice(1, -1) : line, bracketed || by_phone)
  return omitted === undefined ? undefined : { words: '', attachment: omitted }
}

/** @param by_phone whether the sentence is marked as one of the phone; some are what people say too */
const omittedOf = (sentence: string, by_phone: boolean): Attachment | undefined => {
  for (const [kind, pattern] of OMITTED_PATTERNS) {
    const match = pattern.exec(sentence)
    if (match !== null) return attachmentOfKind(kind, match[1] ?? match[2])
  }
  const kind = by_phone ? phraseKindOf(sentence) : undefined
  return kind === undefined || !isOmitted(kind) ? undefined : attachmentOfKind(kind, undefined)
}

const isOmitted = (kind: PhraseKind): kind is MediaKind | 'document' | 'contacts' =>
  kind !== 'deleted' && kind !== 'call' && kind !== 'media' && kind !== 'live_location'

/** A caption and a file on one line. */
const ATTACHED_AFTER = /^(.{1,2000}?)\s?<[^<>:]{2,40}:\s?([^<>\n]{1,250}\.[A-Za-z0-9]{2,5})>$/u

const attachmentOfKind = (kind: MediaKind | 'document' | 'contacts', name: string | undefined): Attachment => {
  if (kind === 'document') return name === undefined ? { kind } : { kind, name }
  return kind === 'contacts' ? { kind, contacts: [], count: 1 } : { kind }
}

/** No question and no option of a poll is longer. */
const MOST_POLL_CHARACTERS = 500

const pollOf = (text: string): Came | undefined => {
  if (!POLL_HEAD.test(text)) return undefined
  const lines = text.split('\n').map(line => line.trim())
  if (lines.some(line => line.length > MOST_POLL_CHARACTERS)) return undefined
  const options = lines.slice(2).map(line => POLL_OPTION.exec(line))
  const [label] = options.map(each => each?.[1])
  const question = lines[1]
  if (question === undefined || question === '' || options.length < 2 || label === undefined) return undefined
  if (options.some(each => each === null || each[1] !== label)) return undefined
  return { words: '', attachment: { kind: 'poll', question, options: options.map(each => each?.[2] ?? '') } }
}

const KINDS: readonly (readonly [kind: MediaKind, file: RegExp])[] = [
  ['sticker', /(?:^STK-|STICKER|\.webp$)/iu],
  ['gif', /(?:-GIF-|\.gif$)/iu],
  ['voice', /(?:^PTT-|\.opus$)/iu],
  ['picture', /\.(?:jpe?g|png|heic|bmp|tiff?)$/iu],
  ['video', /\.(?:mp4|3gp|mov|mkv|avi|webm)$/iu],
  ['audio', /\.(?:mp3|m4a|aac|ogg|wav|amr|flac)$/iu],
]

/** `00000012-report.pdf`: the number is not part of the name. */
const IOS_NUMBER = /^\d{8}-/u

const attachmentOfFile = (file: string): Attachment => {
  if (/\.vcf$/iu.test(file)) {
    return {
      kind: 'contacts',
      contacts: [{ name: file.replace(IOS_NUMBER, '').slice(0, -'.vcf'.length), numbers: [] }],
      count: 1,
    }
  }
  const kind = KINDS.find(([, pattern]) => pattern.test(file))?.[0]
  return kind === undefined ? { kind: 'document', name: file.replace(IOS_NUMBER, '') } : { kind }
}
