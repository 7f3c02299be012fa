#include "statement/column_words.h"

#include <stddef.h>
#include <utf8proc.h>

/* Lower case. A whole header scores 100, its beginning 70, a word within it 50; of several the best counts.
 * The order of a list does not matter. English, German, French, Dutch, Spanish, Portuguese, Italian, Polish,
 * Czech, Hungarian, Swedish, Norwegian, Danish, Finnish, Lithuanian, Turkish, Russian,
 * Japanese, Chinese. */
static const char *const words[COLUMN_ROLES] = {
    [COLUMN_DATE] =
        "date|booking date|booked|posting date|posted date|post date|transaction date|date processed|trans "
        "date|"
        "buchungstag|buchung|buchungsdatum|datum|date operation|date comptable|date de comptabilisation|"
        "boekdatum|datum verrekening|fecha|fecha operacion|fecha operación|data|data lançamento|data mov|"
        "data operacji|data księgowania|datum zaúčtování|könyvelés dátuma|tranzakció dátuma|bokföringsdag|"
        "bokföringsdatum|bokført|bokføringsdato|dato|pvm|kirjauspäivä|transactiondate|created|completed "
        "date|date de l'opération|"
        "date completed|booking_date|data contabile|datum zauctovani|valuta datum|belegdatum|data|dato "
        "bokført|"
        "date opération|date d'opération|date de l'opération|data operazione|kuupäev|operācijas "
        "datums|päivämäärä|päivä|tarih|işlem tarihi|дата|дата операции|日付|取引日|日期|交易日期|tanggal",
    [COLUMN_VALUE_DATE] =
        "value date|valuta|valutadatum|wertstellung|valutadag|valuedate|date valeur|date de valeur|"
        "fecha valor|data valor|data valuta|rentedatum|valuta_date|értéknap|arvopäivä|rentedato|"
        "data waluty|execution date",
    [COLUMN_AMOUNT] =
        "amount|value|betrag|umsatz|umsatz in eur|montant|bedrag|importe|valor|importo|kwota|kwota operacji|"
        "částka|objem|összeg|tranzakció összege|belopp|beløp|beløb|summa|määrä|transaction amount|"
        "net amount|quantia|monto|cuantía|suma|net|betrag eur|bedrag in eur|amount gbp|amount eur|"
        "tutar|işlem tutarı|сумма|金额|金額|取引金額|valoare|sumă|amount in eur|montant eur|iznos",
    [COLUMN_DEBIT] = "debit|debits|debit amount|withdrawal|withdrawals|withdrawal amount|money out|paid "
                     "out|soll|belastung|"
                     "débit|debet|af|uit|cargo|cargos|débito|debito|dare|addebiti|uscite|obciążenia|wypłaty|"
                     "wydatki|terhelés|"
                     "ut|ut fra konto|uttak|spent|outflow|withdrawn|ausgang|charge|money out|dr|debit amt|"
                     "出金|お支払金額|支払金額|お引出し|支出|расход|borç|giden|výdaj|débit euros|sortie",
    [COLUMN_CREDIT] =
        "credit|credits|credit amount|deposit|deposits|deposit amount|money in|paid in|haben|gutschrift|"
        "crédit|bij|in|abono|abonos|crédito|credito|avere|accrediti|entrate|uznania|wpłaty|wpływy|jóváírás|"
        "inn|inn på konto|innskudd|received|inflow|eingang|cr|credit amt|"
        "入金|お預り金額|預入金額|お預入れ|收入|приход|alacak|gelen|příjem|crédit euros|entrée",
    [COLUMN_BALANCE] =
        "balance|running balance|saldo|kontostand|solde|saldo na trn|saldo po operacji|accountbalance|"
        "account balance|bokfört saldo|egyenleg|zůstatek|ledger balance|saldo contabile|available balance|"
        "saldo nach buchung|saldo na boeking|saldo po|"
        "bakiye|остаток|残高|余额|sold|jääk|atlikums",
    [COLUMN_CURRENCY] =
        "currency|währung|w�hrung|munt|devise|moneda|moeda|valuta|waluta|měna|devizanem|devizaneme|"
        "tranzakció devizaneme|divisa|ccy|muntsoort|curr|valiuta|valuutta|currency code|whg",
    [COLUMN_SIGN] =
        "d/k|d/c|c/d|cr/dr|dr/cr|debit/credit|credit/debit|s/h|soll/haben|af bij|af/bij|sens|type|"
        "transaction type|bevétel/kiadás|debit or credit|sign|direction|typ|credit debit "
        "indicator|mutatiesoort",
    [COLUMN_PAYEE] =
        "payee|name|payee name|beneficiary|merchant|merchant name|counterparty|counterparty name|empfänger|"
        "auftraggeber|auftraggeber/empfänger|auftraggeber/empf�nger|auftraggeber/zahlungsempfänger|"
        "begünstigter/zahlungspflichtiger|zahlungspflichtiger|beguenstigter/zahlungspflichtiger|"
        "naam tegenpartij|naam|partner|partner neve|partnername|name zahlungsbeteiligter|handelaar|"
        "counteraccount name|bénéficiaire|beneficiario|nadawca/odbiorca|mottagare|referens|"
        "empfänger/zahlungspflichtiger|motpart|tegenpartij",
    [COLUMN_MEMO] =
        "description|details|memo|narrative|transaction "
        "description|verwendungszweck|buchungstext|text|purpose|"
        "vorgang/verwendungszweck|reason|libellé|libelle|omschrijving|omschrijving-1|omschrijving-2|"
        "omschrijving-3|mededelingen|concepto|descripción|descricao|descrição|descrizione|causale|opis|"
        "opis operacji|tytuł|popis|message for payee|message for me|közlemény|beskrivning|beskrivelse|"
        "forklaring|selitys|viesti|notes|note|payment reference|reference|transaction|message|transaktion|"
        "transaction details|particulars|remarks|toelichting|more info|historico|histórico|movimiento|"
        "açıklama|описание|назначение платежа|摘要|描述|selgitus|descriere",
    [COLUMN_COUNTERPARTY] =
        "counterparty iban|counterparty account|tegenrekening|tegenrekening iban/bban|payee account|"
        "iban zahlungsbeteiligter|kontonummer/iban|account number/iban|partner számlaszáma|"
        "bank account details|counteraccount|partner iban|iban tegenpartij|gegenkonto|number",
    [COLUMN_REFERENCE] =
        "transaction id|id|transactiereferentie|record id|transaction reference number|reference no|"
        "reference number|fitid|transaction reference|bank reference|reference id|kundenreferenz|"
        "entry reference|sepa reference|unique id|transactieid|volgnr",
    [COLUMN_ASIDE] =
        "original amount|foreign amount|local_amount|local amount|amount (foreign currency)|exchange "
        "rate|koers|"
        "rate|fee|fees|kosten op verrichting|gebühr|charges|compensation amount|oorspr bedrag|oorspr munt|"
        "local_currency|type foreign currency|tax|ust|vat|original currency|kosten|fx rate|credit limit|"
        "amount in foreign currency|betrag fremdwährung|fremdwährung",
};

/* Lower case; '#', quotes, '*' and '_' fall away or become blanks; one trailing part in parentheses goes. */
static size_t simplify(struct str header, char *out, size_t size)
{
    header = str_trim(header);
    size_t length = 0;
    utf8proc_int32_t point;
    for (size_t i = 0; i < header.size && length + 4 < size;) {
        utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)header.data + i,
                                                  (utf8proc_ssize_t)(header.size - i), &point);
        i += taken > 0 ? (size_t)taken : 1;
        if (taken <= 0)
            continue;
        if (point == '(' && length > 0)
            break;
        if (point == '#' || point == '"' || point == '*' || point == ':' || point == '.')
            continue;
        if (point == '_' || point == '\t' || point == 0xA0)
            point = ' ';
        if (point == ' ' && (length == 0 || out[length - 1] == ' '))
            continue;
        length += (size_t)utf8proc_encode_char(utf8proc_tolower(point), (utf8proc_uint8_t *)out + length);
    }
    while (length > 0 && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
    return length;
}

static bool is_word_end(char c)
{
    return c == '\0' || c == ' ' || c == '/' || c == '-' || c == ',';
}

static int score_word(const char *header, size_t header_size, const char *word, size_t size)
{
    if (header_size == size && memcmp(header, word, size) == 0)
        return 100;
    if (size < 3 || size >= header_size)
        return 0;
    for (size_t i = 0; i + size <= header_size; i++)
        if (memcmp(header + i, word, size) == 0 && is_word_end(header[i + size]) &&
            (i == 0 || is_word_end(header[i - 1])))
            return i == 0 ? 70 : 50;
    return 0;
}

int column_word_score(struct str header, enum column_role role)
{
    char text[96];
    size_t size = simplify(header, text, sizeof text);
    int best = 0;
    for (const char *word = words[role]; word != NULL && size > 0;) {
        const char *end = strchr(word, '|');
        char plain[64];
        size_t length = simplify((struct str){word, end == NULL ? strlen(word) : (size_t)(end - word)}, plain,
                                 sizeof plain);
        int score = score_word(text, size, plain, length);
        best = score > best ? score : best;
        word = end == NULL ? NULL : end + 1;
    }
    return best;
}

static bool is_in(struct str cell, const char *list)
{
    cell = str_trim(cell);
    for (const char *word = list; word != NULL;) {
        const char *end = strchr(word, '|');
        if (str_equal_nocase(cell, (struct str){word, end == NULL ? strlen(word) : (size_t)(end - word)}))
            return true;
        word = end == NULL ? NULL : end + 1;
    }
    return false;
}

enum side column_word_side(struct str cell)
{
    if (is_in(cell, "d|db|dr|s|debit|debet|debits|dbit|soll|af|out|outflow|o|-|withdrawal|belastung|"
                    "lastschrift|ausgang|"
                    "expense|débit|débito|cargo|terhelés|uitgave|payment out|money out|uit|ut|n|ausgabe"))
        return SIDE_DEBIT;
    if (is_in(cell, "c|cb|cr|k|h|credit|credits|crdt|haben|bij|in|inflow|i|+|deposit|gutschrift|eingang|"
                    "income|crédit|crédito|"
                    "abono|jóváírás|ontvangst|payment in|money in|inn|einnahme"))
        return SIDE_CREDIT;
    return SIDE_NONE;
}

enum balance_word column_word_balance(struct str cell)
{
    if (cell.size < 8)
        return BALANCE_NOT;
    if (is_in(cell,
              "opening balance|beginning balance|starting balance|balance forward|balance brought forward|"
              "balance b/f|brought forward|previous balance|anfangssaldo|alter kontostand|alter saldo|saldo "
              "inicial|"
              "saldo anterior|solde initial|ancien solde|solde précédent|beginsaldo|startsaldo|saldo "
              "początkowe|"
              "saldo poprzednie|saldo iniziale|ingående saldo|inngående saldo|primosaldo|alkusaldo|algsaldo|"
              "sākuma atlikums|pradinis likutis|počáteční zůstatek|nyitó egyenleg"))
        return BALANCE_OPENING;
    if (is_in(cell,
              "closing balance|ending balance|balance carried forward|balance c/f|carried forward|endsaldo|"
              "neuer kontostand|neuer saldo|saldo final|saldo atual|solde final|nouveau "
              "solde|eindsaldo|saldo końcowe|"
              "saldo finale|utgående saldo|ultimosaldo|loppusaldo|lõppsaldo|beigu atlikums|galutinis likutis|"
              "konečný zůstatek|záró egyenleg"))
        return BALANCE_CLOSING;
    return is_in(cell, "turnover|total turnover|apyvarta|apgrozījums|umsatzsumme|summe umsätze|obroty razem")
               ? BALANCE_TURNOVER
               : BALANCE_NOT;
}

bool column_word_pending(struct str cell)
{
    return is_in(
        cell, "pending|pending transaction|vorgemerkt|vorgemerkter umsatz|offen|en attente|à venir|pendiente|"
              "pendente|in behandeling|gereserveerd|reserverad|reserveret|reservert|oczekująca|blokada|"
              "in attesa|nezaúčtováno|függőben|authorised|authorized|unposted|processing");
}
