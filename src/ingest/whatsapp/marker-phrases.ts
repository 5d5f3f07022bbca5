/** Sentences that phones write into exports, word for word, in languages whose patterns `markers.ts` does not have. */
import type { MediaKind } from '../../messages/message-details.ts'
import { once } from '../../platform/once.ts'

/** What a sentence stands for. `media`: media of an unknown kind, in angle brackets. */
export type PhraseKind = 'deleted' | 'call' | 'media' | 'live_location' | MediaKind | 'document' | 'contacts'

/** In lower case, without vowel signs and the full stop. */
const PHRASES: Readonly<Partial<Record<PhraseKind, string>>> = {
  deleted: `
    αυτό το μήνυμα διαγράφηκε|এই মেসেজটি বাদ দেওয়া হয়েছে|此訊息已刪除|这条消息已被删除|یہ میسج حذف کر دیا گیا ہے|
    det här meddelandet raderades|táto správa bola odstránená|acest mesaj a fost șters|
    denne meldingen ble slettet|mesej ini telah dipadam|हा मेसेज हटवण्यात आला|이 메시지는 삭제되었습니다|
    ez az üzenet törlésre került|ova je poruka izbrisana|આ મેસેજ ડિલીટ કરાયો|scriosadh an teachtaireacht seo|
    tämä viesti poistettiin|این پیام حذف شده است|denne besked er blevet slettet|aquest missatge s'ha suprimit|
    itong mensahe ay binura na|aquest missatge està esborrat|tato zpráva byla odstraněna|信息已删除|
    šī ziņa tika izdzēsta|denne besked blev slettet|हा संदेश हटविण्यात आला होता|бұл хат жойылды|
    આ સંદેશ રદ્દ કરાયો|यह संदेश मिटाया गया|ushbu xabar o‘chirildi|detta meddelande raderades|
    to sporočilo je bilo izbrisano|یہ پیغام حذف کیا گیا|ujumbe huu ulifutwa|இத்தகவல் திரும்பப்பெறப்பட்டது|
    ข้อความนี้ได้ถูกลบ|این پیام حذف شد|ši žinutė buvo ištrinta|see sõnum on kustutatud|ova poruka je izbrisana|
    съобщението беше изтрито|এই বার্তাটি মুছে ফেলা হয়েছে|hierdie boodskap was uitgevee|bu ismarıc silindi|
    ഈ സന്ദേശം ഇല്ലാതാക്കിയതാണ്|оваа порака беше избришана|ಈ ಸಂದೇಶವು ಅಳಿಸಲ್ಪಟ್ಟಿದೆ|ова порука је обрисана|
    ਇਸ ਸੁਨੇਹੇ ਨੂੰ ਹਟਾਇਆ ਗਿਆ|διαγράψατε αυτό το μήνυμα|διαγράψατε το μήνυμα|لقد حذفت هذه الرسالة|
    আপনি এই মেসেজটি বাদ দিয়েছেন|您已刪除此訊息|您已删除这条消息|آپ نے یہ میسج حذف کر دیا ہے|du har tagit bort meddelandet|
    du raderade det här meddelandet|túto správu ste odstránili|usunąłeś(-ęłaś) tę wiadomość|
    ați șters acest mesaj|du slettet denne meldingen|anda telah memadamkan mesej ini|तुम्ही हा मेसेज हटवला|
    삭제한 메시지입니다|이 메시지를 삭제했습니다|ezt az üzenetet törölted|törölted ezt az üzenetet|izbrisali ste ovu poruku|
    તમે આ મેસેજ ડિલીટ કર્યો|scrios tú an teachtaireacht seo|poistit tämän viestin|شما این پیام را حذف کردید|
    du har slettet denne besked|has suprimit aquest missatge|binura mo itong mensahe|
    has esborrat aquest missatge|tuto zprávu jste odstranil/a|您删除这个信息|anda telah menghapus pesan ini|
    jūs izdzēsāt šo ziņu|du slettede denne besked|आपण हा संदेश हटविलात|сіз бұл хатты жойдыңыз|
    તમે આ સંદેશને રદ્દ કર્યો|आपने यह संदेश मिटाया|siz ushbu xabarni o‘chirdingiz|usunąłeś(aś) tę wiadomość|
    du raderade detta meddelande|to sporočilo ste izbrisali|آپ نے اس پیغام کو حذف کیا|umefuta ujumbe huu|
    இத்தகவலை தாங்கள் அழித்தீர்கள்|คุณลบข้อความนี้|jūs ištrynėte šią žinutę|kustutasid selle sõnumi|
    изтрихте това съобщение|আপনি এই বার্তাটি মুছে ফেলেছেন|jy het boodskap uitgevee|siz bu ismarıcı sildiniz|
    ഈ സന്ദേശം നിങ്ങൾ ഇല്ലാതാക്കി|ја избриша оваа порака|ನೀವು ಈ ಸಂದೇಶವನ್ನು ಅಳಿಸಿದ್ದೀರಿ|обрисао/ла си ову поруку|
    ਤੁਸੀਂ ਇਹ ਸੁਨੇਹਾ ਹਟਾਇਆ|أنت حذفت هذه الرسالة|انت حذفت هذه الرسالة
  `,
  call: `
    αναπάντητη φωνητική κλήση|αναπάντητη βιντεοκλήση|пропущений аудіодзвінок|ভয়েস কল মিস করেছেন|未接語音通話|未接语音通话|
    cuộc gọi nhỡ|مسڈ وائس کال|สายที่ไม่ได้รับ|missat röstsamtal|missat samtal|zmeškaný hovor|
    nieodebrane poł. głosowe|apel vocal ratat|gemist spraakgesprek|tapt taleanrop|panggilan suara terlepas|
    मिस्ड व्हॉइस कॉल|부재중 전화|音声通話不在着信|nem fogadott hanghívás|panggilan suara tak terjawab|
    propušteni glasovni poziv|वॉइस कॉल मिस हुई|मिस्ड वॉइस कॉल|છૂટી ગયેલો વોઇસ કૉલ|છૂટેલો વોઇસ કૉલ|
    guthghlao caillte|glao gutha caillte|vastaamaton äänipuhelu|تماس صوتی پاسخ داده نشده|ubesvaret taleopkald|
    trucada de veu perduda|apel vocal nepreluat|మిస్సేడ్ వాయిస్ కాల్|nakaligtaang voice call|
    zmeškaný hlasový hovor|不在着信|αναπάντητη κλήση|neatbildēts balss zvans|mistet opkald|жауапсыз қоңырау|
    છૂટી ગયેલ ધ્વનિ કૉલ|छूटी हुई ध्वनि कॉल|o‘tkazib yub. ovozli qo‘ng‘iroq|nieodebrane połączenie|
    thirrje e shmangur|zgrešen klic|چھوٹی ہوئی صوتی کال|simu ya sauti uliyoikosa|தவறிய குரல் அழைப்பு|
    praleistas balso skambutis|vastamata häälkõne|propušten glasovni poziv|gemiste spraakoproep|
    пропуснато гласово обаждане|মিসড ভয়েস কল|stemoproep gemis|buraxılmış zəng|വിളി നഷ്ടപ്പെട്ടു|
    пропуштен гласовен повик|ತಪ್ಪಿದ ಧ್ವನಿ ಕರೆ|пропуштен гласовни позив|ਮਿਸ ਹੋਈ ਆਵਾਜ਼ ਕਾਲ|videochamada perdida|
    пропущений відеодзвінок|ভিডিও কল মিস করেছেন|未接視像通話|未接视频通话|cuộc gọi nhỡ video|مسڈ ویڈیو کال|
    วิดีโอคอลที่ไม่ได้รับ|missat videosamtal|zmeškaný videohovor|nieodebrane poł. wideo|apel video ratat|
    gemist videogesprek|tapt videoanrop|panggilan video terlepas|मिस्ड व्हिडिओ कॉल|부재중 영상통화|ビデオ通話不在着信|
    nem fogadott videohívás|panggilan video tak terjawab|propušteni videopoziv|मिस्ड वीडियो कॉल|
    છૂટી ગયેલ વિડિયો કૉલ|físghlao caillte|vastaamaton videopuhelu|تماس تصویری بی‌پاسخ|ubesvaret videoopkald|
    videotrucada perduda|apel video nepreluat|తప్పిన వీడియోకాల్|nakaligtaang video call|
    trucada de vídeo perduda|neatbildēts video zvans|mistede video opkald|жауапсыз видео қоңырау|
    છૂટી ગયેલ વિડિઓ કૉલ|छूटी हुई विडियो कॉल|o‘tkazib yub. videoqo‘ng‘iroq|videothirrje e shmangur|
    neodgovorjen video klic|چھوٹی ہوئی ویڈیو کال|simu ya video uliyoikosa|தவறிய காணொலி அழைப்பு|
    สายโทรวิดีโอที่ไม่ได้รับ|تماس تصویری پاسخ داده نشده|praleistas video skambutis|tapt videosamtale|
    vastamata videokõne|propušten video poziv|nem fogadott videóhívás|gemiste video-oproep|
    пропуснато видео обаждане|মিস করা ভিডিও কল|video-oproep gemis|buraxılmış video zəng|നഷ്ടമായ വീഡിയോ കാൾ|
    пропуштен видео повик|ತಪ್ಪಿದ ದೃಶ್ಯ ಕರೆ|пропуштен видео позив|ਮਿਸ ਹੋਈ ਵੀਡੀਓ ਕਾਲ
  `,
  media: `
    మాధ్యమం విస్మరించబడింది|файл пропущен|walang kalakip na media|media omesso|mitjans omesos|média vynechána|
    मीडिया वगळले|файл қосылған жоқ|મીડિયા અવગણાયું|media disingkirkan|fayl o‘tkazib yuborildi|pliki pominięto|
    pa media|میڈیا چھوڑ دیا گیا|media imerukwa|medya atlanmış|ஊடகங்கள் நீக்கப்பட்டது|پيوست نما/آهنگ حذف شد|
    fichier omis|মিডিয়া বাদ দেওয়া হয়েছে|media weggelaat|media çıxarılmışdır|മീഡിയ ഒഴിവാക്കി|без фајл|
    ಮೀಡಿಯಾ ಕೈಬಿಡಲಾಗಿದೆ|медији су изостављени|ਮੀਡੀਆ ਛੱਡਿਆ ਗਿਆ|מדיה הושמט|медиа отсутствует|médias absente|
    המדיה הוסרה|média manquante|media mancante|медіа відсутня|medien fehlen|media buraxıldı|
    fitxers multimèdia omesos|αρχείο παραλήφθηκε|رسانه حذف شد|multimedia omitted|mediefil udeladt|
    મિડિયા છોડી મૂકાયું|મીડિયા અવગણવામાં આવ્યા|メディアなし|файлдар қосылмаған|ಮಾಧ್ಯಮ ಕೈಬಿಡಲಾಗಿದೆ|ບໍ່ລວມມີເດຍ|
    medija praleista|nav iekļauta multivide|без фајлови|मीडिया वगळण्यात आला|media dikecualikan|ਮੀਡੀਆ ਛੱਡਿਆ|
    media u hoq|media hequr|media utelämnat|media hazijajumuishwa|கோப்புகள் விடப்பட்டன|మీడియా విస్మరించబడింది|
    میڈیا ہٹا دیا گیا|multimedia omitido|media skipped
  `,
  picture: `
    εικόνα παραλείφθηκε|لم يتم إدراج الصورة|ইমেজ বাদ দেওয়া হয়েছে|圖片已略去|圖像已省略|照片已忽略|تصویر نکال دی گئی ہے|
    bild utesluten|obrázok vynechaný|obraz pominięty|imagine omisă|bilde ikke inkludert|imej tidak dimasukkan|
    इमेज वगळली|이미지 생략됨|kép küldése sikertelen|slika izostavljena|છબી પડતી મૂકાઈ|íomhá ligthe ar lár|ei kuvaa|
    تصویر حذف شد|billede udeladt|imatge omesa|afbeelding weggelaten|obraz pominięto
  `,
  video: `
    סרטון הווידאו הושמט|βίντεο παραλείφθηκε|لم يتم إدراج الفيديوهات|ভিডিও বাদ দেওয়া হয়েছে|影片已略去|影片已省略|视频已忽略|
    ویڈیو نظرانداز|video utesluten|video vynechané|wideo pominięte|clip video omis|video utelatt|
    video tidak dimasukkan|व्हिडीओ वगळला|비디오 생략됨|videó kihagyva|video izostavljen|વિડિયો પડતી મુકાઈ|
    físeán ligthe ar lár|videota ei sisällytetä|ویدیو حذف شد|video udeladt|vídeo omès|videonotiz weggelassen|
    video note omitted|videonachricht weggelassen|video message omitted
  `,
  audio: `
    קטע קול הושמט|ήχος παραλείφθηκε|لم يتم إدراج المقاطع الصوتية|অডিও বাদ দেওয়া হয়েছে|音訊已略去|音訊已省略|音频已忽略|
    آڈیو نظرانداز|ljud utelslutet|zvuk vynechaný|audio pominięte|fără audio|lyd utelatt|audio tidak dimasukkan|
    ऑडिओ वगळला|오디오 생략됨|hang kihagyása|zvuk izostavljen|ઓડિયો ફાઇલ શામેલ કરી નથી|comhad fuaime ar lár|
    äänitiedostoa ei sisällytetä|صدا حذف شد|lyd udeladt|àudio omès
  `,
  sticker: `
    αυτοκόλλητο παραλήφθηκε|تم حذف الملصقات|স্টিকার বাদ দেওয়া হয়েছে|貼圖已略去|貼圖已忽略|贴图已省略|اسٹیکر نظرانداز|
    sticker utesluten|nálepka vynechaná|pominięto naklejkę|klistremerke utelatt|pelekat tidak disertakan|
    स्टिकर वगळले|스티커 제외됨|matrica kihagyva|naljepnica izostavljena|સ્ટીકર પડતું મુકાયું|fágadh an greamán ar lár|
    tarraa ei sisällytetty|استیکر حذف شد|klistermærke udeladt|adhesiu omès
  `,
  gif: `
    παράληψη gif|لم يتم إدراج صورة gif|জিআইএফ বাদ দেওয়া হয়েছে|gif 已略去|gif 圖片已被省略|gif 动态图已被忽略|gif نظرانداز|
    gif utesluten|gif vynechaný|plik gif pominięty|gif utelatt|gif tidak dimasukkan|gif वगळले|gif 생략됨|
    gif fájl kihagyása|gif izostavljen|gif પડતી મૂકાઈ|gif ligthe ar lár|gif-animaatio jätetty pois|gif حذف شد|
    gif udeladt|gif omès
  `,
  document: `
    έγγραφο παραλείφθηκε|لم يتم إدراج المستند|ডকুমেন্ট বাদ দেওয়া হয়েছে|文件已略去|文件已忽略|文档已省略|دستاویز نظرانداز|
    dokument uteslutet|dokument vynechaný|dokument pominięty|utelatt dokument|dokumen tidak dimasukkan|
    डॉक्युमेंट वगळले|문서 생략됨|dokumentum kihagyva|dokument izostavljen|ડોક્યુમેન્ટ સામેલ કર્યું નહિ|
    cáipéis ligthe ar lár|dokumenttia ei sisällytetä|سند حذف شد|dokument udeladt|document omès
  `,
  contacts: `
    η κάρτα επαφής παραλήφθηκε|لم يتم إدراج بطاقة جهة اتصال|পরিচিতির কার্ড বাদ দেওয়া হয়েছে|聯絡人卡片已略去|聯絡人卡片已省略|
    联系人卡片已忽略|رابطہ کارڈ نظر انداز|kontaktkort uteslutet|karta kontaktu vynechaná|pominięta wizytówka kontaktu|
    carte de vizită contact omisă|visitekaartje weggelaten|kontaktkort sløyfet|kad kenalan tidak dimasukkan|
    संपर्क कार्ड वगळले|연락처 카드 생략됨|névjegykártya kihagyva|posjetnica izostavljena|સંપર્કનું કાર્ડ પડતું મૂકાયું|
    cárta teagmhála ar lár|yhteystietokortti jätettiin pois|برگ مخاطب حذف شد|kontaktkort udeladt|
    targeta de contacte omesa
  `,
  live_location: `
    locație în timp real distribuită|ప్రత్యక్ష స్థాన భాగస్వామ్యం|геоданные отправлены|
    ibinahagi ang live na lokasyon|實時位置已分享|posizione attuale condivisa|ubicació en directe compartida|
    byla sdílena aktuální poloha|共享实时位置|lokasi terkini dibagikan|ライブロケーション共有|η τωρινή τοποθεσία κοινοποιήθηκε|
    reāllaika atrašanās vieta|live placering delt|सध्याचे थेट ठिकाण शेअर केले|қазіргі орынмен бөлісті|
    જીવંત સ્થાન શેર કરાયું|משתף מיקום בשידור חי|lokasi terkini dikongsi|लाइव स्थान साझा किया गया|
    jonli joylashuv ulashildi|udostępniona transmisja położenia|vị trí hiện thời được chia sẻ|
    vendnodhja aktuale u shpërnda|liveposition delad|lokacija v živo je bila deljena|
    bola zdieľaná aktuálna poloha|جاری مقام کا اشتراک ہوا|mahali mubashara pameshirikishwa|
    mevcut konum paylaşıldı|இடம் நேரலையாக பகிரபட்டது|ตำแหน่งปัจจุบันถูกแบ่งปัน|مکان زنده به اشتراک گذاشته شد|
    tiesioginė vieta bendrinama|posisjon i sanntid delt|live-sijainti jaettu|hetke asukoht jagatud|
    trenutna lokacija podijeljena|tartózkodási hely megosztva|live locatie gedeeld|
    местоположение в реално време споделено|লাইভ অবস্থান শেয়ার করা হয়েছে|regstreekse ligging gedeel|
    canlı məkan paylaşılıb|공유한 실시간 위치|ലൈവ് ലൊക്കേഷൻ പങ്കിട്ടു|споделено локација во живо|
    ನೇರ ಸ್ಥಳ ಹಂಚಿಕೊಳ್ಳಲಾಗಿದೆ|está a partilhar a sua localização|геодані надіслано|локација уживо подељена|
    ਮੌਜੂਦਾ ਟਿਕਾਣਾ ਸਾਂਝਾ ਕੀਤਾ
  `,
}

/** As the phrases above are written. @param text without direction marks */
const plain = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\u064b-\u0652]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase()
    .replace(/[.!。।۔]$/u, '')
    .trim()

const phrases = once(
  () =>
    new Map(
      Object.entries(PHRASES).flatMap(([kind, listed]) =>
        listed.split('|').map(phrase => [plain(phrase), kind as PhraseKind] as const),
      ),
    ),
)

/** What a sentence stands for, if it is one of a phone. @param text without direction marks */
export const phraseKindOf = (text: string): PhraseKind | undefined =>
  text.length > MOST_PHRASE_CHARACTERS ? undefined : phrases().get(plain(text))

const MOST_PHRASE_CHARACTERS = 80
