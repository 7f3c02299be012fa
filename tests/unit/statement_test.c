/* What the readers give for files of every format, each written down as lines: a row, or "!" and a reject. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "finance/date.h"
#include "statement/amount.h"
#include "statement/date_text.h"
#include "statement/statement.h"

static int print_row(void *context, const struct statement_row *row, struct err *err)
{
    (void)err;
    char date[DATE_TEXT_SIZE] = "pending", money[MONEY_TEXT_SIZE];
    if (row->has_date)
        date_format(row->date, date);
    money_format(row->amount_minor, row->currency->exponent, money);
    buf_printf(context, "%s %s %s%s%.*s\n", date, money, row->currency->code, row->pending ? " ~ " : " ",
               (int)row->description.size, row->description.data);
    return 0;
}

static int print_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    (void)err;
    buf_printf(context, "! %" PRId64 "@%" PRId64 " %s\n", reject->line, reject->offset, reject->reason);
    return 0;
}

/* Reads `text` in pieces of `piece` bytes; the lines, or the error, into `out`. */
static void read_text(struct str text, const char *mapping_text, size_t piece, struct buf *out,
                      char proof[64])
{
    struct arena arena;
    struct faults faults;
    struct mapping mapping;
    struct err err = {0};
    arena_init(&arena);
    faults_init(&faults, &arena);
    struct statement_options options = {
        .currency = currency_find(STR("EUR")),
        .limits =
            {.head_bytes = 4096, .record_bytes = 1000, .field_bytes = 400, .columns = 20, .statements = 8},
        .context = out,
        .row = print_row,
        .reject = print_reject,
    };
    if (mapping_text != NULL) {
        json_t *value = json_read(&arena, str_of(mapping_text), &faults);
        ck_assert_msg(mapping_read(&arena, value, "", &mapping, &faults) == 0, "%s", faults.list[0].detail);
        options.mapping = &mapping;
    }
    buf_init(out, 100000);
    struct statement *statement = statement_open(&options);
    int result = 0;
    for (size_t at = 0; at < text.size && result == 0; at += piece)
        result =
            statement_feed(statement, text.data + at, text.size - at < piece ? text.size - at : piece, &err);
    if (result == 0)
        result = statement_finish(statement, &err);
    if (result != 0)
        buf_printf(out, "error %s\n", err.text);
    proof[0] = '\0';
    const struct statement_facts *facts = statement_facts(statement);
    for (size_t i = 0; i < facts->statement_count && i < 8; i++) {
        int64_t difference;
        static const char letters[] = {
            [STATEMENT_NOT_STATED] = '?', [STATEMENT_PROVED] = '=', [STATEMENT_MISMATCH] = 'x'};
        proof[i] = letters[statement_part_proof(&facts->statements[i], &difference)];
        proof[i + 1] = '\0';
    }
    statement_close(statement);
    arena_free(&arena);
}

static const struct {
    const char *text, *mapping, *rows, *proof;
} files[] = {
    /* CSV: line ends, quotes, pieces of text */
    {"Date,Text,Amount\r\r\n2024-01-31,\"a \"\"b\"\", c\",-1.50\r\r\n2024-02-01,x\"y,2\r\r\n", NULL,
     "2024-01-31 -1.50 EUR a \"b\", c\n2024-02-01 2.00 EUR x\"y\n", "?"},
    {"Date;Text;Amount\n01.02.2024;\"two\nlines\";-1.234,50\n02.02.2024;b;5,00\n", NULL,
     "2024-02-01 -1234.50 EUR two lines\n2024-02-02 5.00 EUR b\n", "?"},
    {"Date,Text,Amount\r2024-01-31,a \\\" b,1.00\r2024-02-01,\"c \\\"d\\\" e\",2.00", NULL,
     "2024-01-31 1.00 EUR a \\\" b\n2024-02-01 2.00 EUR c \"d\" e\n", "?"},
    /* a quote that is never closed costs its line */
    {"Date,Text,Amount\n2024-01-30,a,1.00\n2024-01-31,\"b,2.00\n2024-02-01,c,3.00\n", "{\"quote\":\"\\\"\"}",
     "2024-01-30 1.00 EUR a\n! 3@35 a quote is opened and never closed\n2024-02-01 3.00 EUR c\n", "?"},
    /* an impossible day, too many decimals, no amount: the row, not the file */
    {"Date,Text,Amount\n2024-02-30,a,1.00\n2024-02-01,b,1.005\n2024-02-02,c,1.500\n2024-02-03,d,\n", NULL,
     "! 2@17 date: \"2024-02-30\" is not a date of the form %Y-%m-%d\n! 3@35 amount: \"1.005\" has more "
     "decimals than its "
     "currency has\n2024-02-02 1.50 EUR c\n! 5@73 amount: is empty\n",
     "?"},
    /* a line without date and amount belongs to the row before */
    {"Date,Text,Debit,Credit\n01/02/2024,CARD,6.66,\n,SHOP 12,,\n15/02/2024,PAY,,10.00\n", NULL,
     "2024-02-01 -6.66 EUR CARD SHOP 12\n2024-02-15 10.00 EUR PAY\n", "?"},
    /* a running balance proves, either way round; a gap in it does not */
    {"Date,Text,Amount,Balance\n2024-01-01,a,5.00,15.00\n2024-01-02,b,-3.00,12.00\n2024-01-03,c,1.00,13.00\n",
     NULL, "2024-01-01 5.00 EUR a\n2024-01-02 -3.00 EUR b\n2024-01-03 1.00 EUR c\n", "="},
    {"Date,Text,Amount,Balance\n2024-01-05,e,1,14\n2024-01-04,d,1,13\n2024-01-03,c,1.00,12.00\n2024-01-02,b,-"
     "3.00,11.00\n2024-01-01,a,5.00,"
     "15.00\n",
     NULL,
     "2024-01-05 1.00 EUR e\n2024-01-04 1.00 EUR d\n2024-01-03 1.00 EUR c\n2024-01-02 -3.00 EUR "
     "b\n2024-01-01 5.00 EUR a\n",
     "x"},
    /* sign column, balance lines that are no transactions, pending */
    {"Date;Text;Amount;D/C\n2024-01-01;Opening "
     "balance;10,00;C\n2024-01-02;a;4,00;D\n2024-01-03;b;1,00;C\n2024-01-03;Closing "
     "balance;7,00;C\n",
     NULL, "2024-01-02 -4.00 EUR a\n2024-01-03 1.00 EUR b\n", "="},
    {"Date,Text,Amount\nPending,a,£1.00\n02/01/2024,b,£-2.00\n", NULL,
     "pending 1.00 GBP ~ a\n2024-01-02 -2.00 GBP b\n", "?"},
    /* what is mapped is not guessed */
    {"A|B|C\n01-02-24|x|(5.00)\n",
     "{\"date\":\"A\",\"date_formats\":[\"%m-%d-%y\"],\"amount\":2,\"memo\":\"B\",\"invert\":true}",
     "2024-01-02 5.00 EUR x\n", "?"},
    {"Date,Amount\n2024-01-02,5.00\n", "{\"date\":\"Day\"}",
     "error mapping/date: the file has no column \"Day\"; it has 2024-01-02, 5.00\n", ""},
    {"2024-01-02,5.00,x\n2024-01-03,6.00,y\nfoot,,\n",
     "{\"header\":false,\"date\":0,\"amount\":1,\"memo\":2,\"skip_foot\":1}",
     "2024-01-02 5.00 EUR x\n2024-01-03 6.00 EUR y\n", "?"},
    {"Date,Text,Amount\n2024-01-02,a,500\n2024-01-03,skip,1\n",
     "{\"minor_units\":true,\"ignore_rows\":[{\"column\":\"Text\",\"values\":[\"skip\"]}]}",
     "2024-01-02 5.00 EUR a\n", "?"},
    /* texts wrapped for spreadsheets; a row that is pending says so beside its missing date */
    {"Date,Text,Amount,State\n=\"2024-01-02\",=\"a, b\",\"=\"\"-1.00\"\"\",done\n,=c,-2.00,Pending\n", NULL,
     "2024-01-02 -1.00 EUR a, b\npending -2.00 EUR ~ =c\n", "?"},
    /* headers in letters that have a case of their own, and in scripts that have none */
    {"BUCHUNGSTAG;EMPFÄNGER;WÄHRUNG;BETRAG\n31.12.2024;a;USD;-1,50\n", NULL, "2024-12-31 -1.50 USD a\n", "?"},
    {"日付,摘要,お支払金額,お預り金額\n2024/01/02,コンビニ,500,\n2024/01/03,給与,,\"1,234\"\n", NULL,
     "2024-01-02 -500.00 EUR コンビニ\n2024-01-03 1234.00 EUR 給与\n", "?"},
    /* names may end in numbers */
    {"Tag;Art;T1;T2;T3;T4;Betrag\n31.12.2024;x;a;;b;;-1,50\n", NULL, "2024-12-31 -1.50 EUR x a b\n", "?"},
    /* of two columns of money without names the fuller one is money out */
    {"02.01.2024;a;;1,00\n03.01.2024;b;;2,00\n04.01.2024;c;9,00;\n", NULL,
     "2024-01-02 -1.00 EUR a\n2024-01-03 -2.00 EUR b\n2024-01-04 9.00 EUR c\n", "?"},
    /* not one of the amounts has decimals and all are long: cents */
    {"Date,Text,Amount\n2024-01-02,a,-18000\n2024-01-03,b,55812\n2024-01-04,c,9510\n", NULL,
     "2024-01-02 -180.00 EUR a\n2024-01-03 558.12 EUR b\n2024-01-04 95.10 EUR c\n", "?"},
    /* encodings: windows-1252 is assumed, a broken byte in UTF-8 costs its row */
    {"Date,Text,Amount\n2024-01-02,M\xFCller,1.00\n", NULL, "2024-01-02 1.00 EUR Müller\n", "?"},
    {"Date,Text,Amount\n2024-01-02,M\xFCller,1.00\n2024-01-03,b,1.00\n", "{\"encoding\":\"utf-8\"}",
     "! 2@17 encoding: the record has bytes that are not valid in UTF-8; name the file's "
     "encoding\n2024-01-03 1.00 EUR b\n",
     "?"},
    {"Date,Text,Amount\n2024-01-02,\xB1,1.00\n", "{\"encoding\":\"ISO-8859-2\"}", "2024-01-02 1.00 EUR ą\n",
     "?"},
    /* OFX: SGML, unclosed elements, decimal comma, a date that is none, a missing amount */
    {"OFXHEADER:100\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL<BANKTRANLIST><STMTTRN>"
     "<TRNTYPE>DEBIT"
     "<DTPOSTED>20240131120000[-3:BRT]<TRNAMT>-530,86<FITID>1<NAME>A &amp; "
     "B<MEMO>caf\xE9</STMTTRN><STMTTRN><DTPOSTED>20240230"
     "<TRNAMT>1</STMTTRN><STMTTRN><DTPOSTED>20240201</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></"
     "BANKMSGSRSV1></OFX>",
     NULL,
     "2024-01-31 -530.86 BRL A & B café\n! 4@204 date: DTPOSTED \"20240230\" is no day\n! 4@250 amount: "
     "TRNAMT is missing\n",
     "?"},
    {"<?xml version=\"1.0\" encoding=\"UTF-8\"?><?OFX "
     "OFXHEADER=\"200\"?><OFX><CCSTMTRS><CURDEF>EUR</CURDEF><STMTTRN><DTPOSTED>"
     "20240131</DTPOSTED><TRNAMT>+00012.3000</TRNAMT><NAME><![CDATA[x & "
     "<y>]]></NAME></STMTTRN><STMTTRN><DTPOSTED>20240201",
     NULL, "2024-01-31 12.30 EUR x & <y>\n! 1@204 the file ends in the middle of this transaction\n", "?"},
    /* prefixed and lower case names, a currency in lower case, entities of HTML, and what is not booked yet
     */
    {"<?OFX OFXHEADER=\"200\"?><o:OFX "
     "xmlns:o=\"x\"><o:stmtrs><o:curdef>usd</o:curdef><o:STMTTRN><o:DTPOSTED>20240131</o:DTPOSTED>"
     "<o:TRNAMT>-5</o:TRNAMT><o:NAME>Caf&eacute; &none; &amp;</o:NAME></o:STMTTRN><BANKTRANLISTP><STMTTRNP>"
     "<DTTRAN>20240201<TRNAMT>-9<NAME>Hotel</STMTTRNP></BANKTRANLISTP></o:stmtrs></o:OFX>",
     NULL, "2024-01-31 -5.00 USD Café &none; &\n2024-02-01 -9.00 USD ~ Hotel\n", "?"},
    /* QIF: the order of day and month shows from a day past 12 */
    {"!Type:Bank\nD13/01/2024\nT-1,234.50\nPShop\nMfood\n^\nD5/ 2'24\nT5\nPIn\n^\n", NULL,
     "2024-01-13 -1234.50 EUR Shop food\n2024-02-05 5.00 EUR In\n", "?"},
    {"!Type:Invst\nD1/15/2024\nNBuy\nYACME\nT100.00\n^\nD1/16/2024\nNShrsIn\nT5.00\n^\n", NULL,
     "2024-01-15 -100.00 EUR \n! 7@44 action: moves securities and no cash of this account\n", "?"},
    /* a split without a total is the sum of its parts; a month by its name */
    {"!Type:Bank\nD13/Jan/24\nPShop\nSfood\n$-4.00\nSfun\n$-6,50\n^\nD14/1/2024\n$x\n^\n", NULL,
     "2024-01-13 -10.50 EUR Shop\n! 9@55 amount: is missing\n", "?"},
    /* MT940: reversals turn the sign, February has no 30th, balances prove */
    {":20:A\r\n:25:DE1\r\n:60F:C240229EUR10,00\r\n:61:2402300301DR6,NTRFNONREF//"
     "B1\r\n:86:166?00DEBIT?20SVWZ+rent ma?21rch?32Landlord\r\n"
     ":61:2403010301RD2,00NTRFNONREF\r\n:86:back\r\n:62F:C240301EUR6,00\r\n-\r\n",
     NULL, "2024-03-01 -6.00 EUR DEBIT Landlord SVWZ+rent march\n2024-03-01 2.00 EUR back\n", "="},
    {"{1:F01X}{4:\n:20:A\n:25:1\n:60F:C240101USD1,\n:61:240102C0,5NMSC\n:61:2401X3D1,NMSC\n:62F:C240102USD1,"
     "75\n-}\n",
     NULL, "2024-01-02 0.50 USD \n! 6@61 value_date: \"2401X3\" is no day\n", "x"},
    {"  :20:A\n :25:1\n :60F:C240101EUR1,\n :61:20240102D1,NMSC\n :86:year of four digits\n", NULL,
     "2024-01-02 -1.00 EUR year of four digits\n", "?"},
    /* JSON: lists, wrappings, NDJSON */
    {"[{\"date\":\"2024-01-02\",\"amount\":-5.25,\"currency\":\"USD\",\"description\":\"a\",\"tags\":[\"x\"]}"
     ",{\"date\":\"2024-01-03\"}]",
     NULL, "2024-01-02 -5.25 USD a\n! 1@86 amount: is missing\n", "?"},
    {"{\"transactions\":{\"booked\":[{\"bookingDate\":\"2024-01-02\",\"transactionAmount\":{\"amount\":\"-1."
     "5\",\"currency\":\"EUR\"},"
     "\"creditorName\":\"S\",\"remittanceInformationUnstructured\":\"t\"}],\"pending\":[{\"valueDate\":"
     "\"2024-01-03\",\"transactionAmount\":{"
     "\"amount\":\"1\",\"currency\":\"EUR\"}}]}}",
     NULL, "2024-01-02 -1.50 EUR S t\n2024-01-03 1.00 EUR ~ \n", "?"},
    {"{\"date\":\"2024-01-02\",\"amount\":\"1\",\"memo\":\"a\"}\n{\"date\":\"2024-01-03\",\"amount\":\"1\","
     "\"mem\n{\"date\":\"2024-01-04\",\"amount\":\"1\"}\n",
     NULL, "2024-01-02 1.00 EUR a\n! 2@46 JSON: a line ends within a string\n2024-01-04 1.00 EUR \n", "?"},
    /* not ours */
    {"%PDF-1.4", NULL, "error the file is a PDF; ask the bank for CSV, OFX, CAMT or MT940\n", ""},
    {"<html><table>", NULL,
     "error the file is a page of HTML (some banks name it .xls); open it and save it as CSV\n", ""},
    {"", NULL, "", ""},
};

START_TEST(a_file_gives_its_rows_whatever_the_pieces)
{
    for (size_t piece = 1; piece < 400; piece = piece * 3 + 1) {
        struct buf out;
        char proof[64];
        read_text(str_of(files[_i].text), files[_i].mapping, piece, &out, proof);
        ck_assert_str_eq(out.data == NULL ? "" : out.data, files[_i].rows);
        ck_assert_str_eq(proof, files[_i].proof);
        buf_free(&out);
    }
}
END_TEST

#define CAMT(entries)                                                                                        \
    "<?xml version='1.0' encoding='UTF-8'?>\n<Document "                                                     \
    "xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>"                           \
    "<Acct><Id><IBAN>DE1</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt "          \
    "Ccy='EUR'>10</Amt><CdtDbtInd>"                                                                          \
    "CRDT</CdtDbtInd></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt "                          \
    "Ccy='EUR'>5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"                                                        \
    "</Bal>" entries
#define ENTRY(amount, more)                                                                                  \
    "<Ntry><Amt Ccy='EUR'>" amount "</Amt><CdtDbtInd>DBIT</CdtDbtInd>" more                                  \
    "<BookgDt><Dt>2024-01-02</Dt></BookgDt></Ntry>"
#define DETAILS(amount, name)                                                                                \
    "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>" amount "</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Nm>" name    \
    "</Nm></Cdtr></RltdPties></TxDtls>"
#define END "</Stmt></BkToCstmrStmt></Document>"

static const struct {
    const char *text, *rows, *proof;
} messages[] = {
    {CAMT(ENTRY("5.00", "<Sts>BOOK</Sts><NtryDtls>" DETAILS("2", "A") DETAILS("3.00", "B") "</NtryDtls>"))
         END,
     "2024-01-02 -2.00 EUR A\n2024-01-02 -3.00 EUR B\n", "="},
    {CAMT(ENTRY("5.00", "<NtryDtls>" DETAILS("2", "A") DETAILS("2", "B") "</NtryDtls>")) END,
     "2024-01-02 -5.00 EUR \n", "="},
    /* a reversal's direction is CdtDbtInd's */
    {CAMT(ENTRY("5.00", "<RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>")) END, "2024-01-02 -5.00 EUR \n",
     "="},
    {CAMT(ENTRY("1.00", "<Sts>PDNG</Sts>")) END, "2024-01-02 -1.00 EUR ~ \n", "x"},
    {CAMT(ENTRY("1.001", "")) END, "! 2@377 amount: has more decimals than its currency has\n", "x"},
    /* a bare '&' and a control character are slips; the rest of the file is read */
    {CAMT(ENTRY("2.00", "<AddtlNtryInf>A & B\x02 &x;</AddtlNtryInf>")) ENTRY("3.00", "") END,
     "2024-01-02 -2.00 EUR A B\n2024-01-02 -3.00 EUR \n", "="},
    {CAMT(ENTRY("1.00", "")) "<Ntry><Amt Ccy='EUR'>1", "2024-01-02 -1.00 EUR \n! 2", "x"},
    {"<!DOCTYPE x [<!ENTITY a 'b'>]><Document><BkToCstmrStmt/></Document>",
     "error the XML has a document type declaration, which no bank file needs\n", ""},
    {"<Document><BkToCstmrStmt></BkToCstmrStmt></Document>",
     "error the camt message has no statement, report or notification (Stmt, Rpt, Ntfctn)\n", ""},
};

START_TEST(a_camt_message_gives_its_rows_and_its_proof)
{
    for (size_t piece = 1; piece < 2000; piece = piece * 7 + 1) {
        struct buf out;
        char proof[64];
        read_text(str_of(messages[_i].text), NULL, piece, &out, proof);
        ck_assert_msg(strncmp(out.data, messages[_i].rows, strlen(messages[_i].rows)) == 0, "%s", out.data);
        ck_assert_str_eq(proof, messages[_i].proof);
        buf_free(&out);
    }
}
END_TEST

START_TEST(utf_16_is_read_with_and_without_its_mark)
{
    static const char text[] = "Date,Text,Amount\n2024-01-02,caf\xE9,1.00\n2024-01-03,\"b,2.00\n";
    for (int form = 0; form < 4; form++) {
        char wide[2 * sizeof text + 2];
        size_t size = 0;
        bool big = form & 1, mark = form & 2;
        if (mark) {
            wide[size++] = (char)(big ? 0xFE : 0xFF);
            wide[size++] = (char)(big ? 0xFF : 0xFE);
        }
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            wide[size + big] = text[i];
            wide[size + !big] = '\0';
            size += 2;
        }
        struct buf out;
        char proof[64], expected[160];
        snprintf(expected, sizeof expected,
                 "2024-01-02 1.00 EUR café\n! 3@%d a quote is opened and never closed\n", mark ? 78 : 76);
        read_text((struct str){wide, size}, "{\"quote\":\"\\\"\"}", 3, &out, proof);
        ck_assert_str_eq(out.data, expected);
        buf_free(&out);
    }
}
END_TEST

START_TEST(a_record_past_a_limit_costs_itself_only)
{
    struct buf text, out;
    char proof[64];
    buf_init(&text, 1 << 20);
    buf_add_text(&text, "Date,Text,Amount\n2024-01-02,a,1.00\n2024-01-03,");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&text, 'x');
    buf_add_text(&text, ",1.00\n2024-01-04,");
    for (int i = 0; i < 1000; i++)
        buf_add_char(&text, ',');
    buf_add_text(&text, "\n2024-01-05,b,1.00\n");
    read_text((struct str){text.data, text.size}, NULL, 777, &out, proof);
    ck_assert_str_eq(out.data, "2024-01-02 1.00 EUR a\n! 3@35 the record is longer than a record may be\n! "
                               "4@100052 the record has more columns than "
                               "a record may have\n2024-01-05 1.00 EUR b\n");
    buf_free(&out);
    buf_free(&text);
}
END_TEST

START_TEST(amounts_are_read_as_written_or_refused)
{
    static const struct {
        const char *text;
        char decimal;
        int64_t minor; /* -1: refused */
    } cases[] = {
        {"-1.234,56", ',', -123456},
        {"1 234,5 EUR", ',', 123450},
        {"1\u00A0234,50", ',', 123450},
        {"(12.00)", '.', -1200},
        {"12.00-", '.', -1200},
        {"\u2212"
         "7",
         '.', -700},
        {"1'234.50", '.', 123450},
        {".5", '.', 50},
        {"5.", '.', 500},
        {"1,50", '.', -1},
        {"1.50", ',', -1},
        {"12.34.56", '.', -1},
        {"", '.', -1},
        {"-", '.', -1},
        {".", '.', -1},
        {"1-2", '.', -1},
        {"12,34,567.00", '.', 123456700},
        {"£ 3.10", '.', 310},
        {"9.999", '.', -1},
        {"abc", '.', -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct amount_style style = {.marks = AMOUNT_MARK_GIVEN, .decimal = cases[i].decimal};
        struct amount amount;
        const char *wrong = amount_parse(str_of(cases[i].text), &style, 2, &amount);
        if (cases[i].minor == -1)
            ck_assert_msg(wrong != NULL, "%s", cases[i].text);
        else
            ck_assert_msg(wrong == NULL && amount.minor == cases[i].minor, "%s: %s", cases[i].text,
                          wrong == NULL ? "" : wrong);
    }
}
END_TEST

START_TEST(dates_are_read_by_strptime_formats)
{
    static const struct {
        const char *text, *format, *date; /* NULL: refused */
    } cases[] = {
        {"31.12.2023", "%d.%m.%Y", "2023-12-31"},
        {"1/2/24", "%m/%d/%y", "2024-01-02"},
        {"2024-02-29T23:59:59Z", "%Y-%m-%d", "2024-02-29"},
        {"3 März 2024", "%d %B %Y", "2024-03-03"},
        {"12-Dec-2019", "%d-%b-%Y", "2019-12-12"},
        {"2018-02-25 12:34:56 +0000", "%Y-%m-%d %H:%M:%S %z", "2018-02-25"},
        {"2024060", "%Y%j", "2024-02-29"},
        {"13 desember 2024", "%d %b %Y", "2024-12-13"},
        {"2024. márc. 5.", "%Y. %b %d.", "2024-03-05"},
        {"5 Şub 2024", "%d %b %Y", "2024-02-05"},
        {"5 listopad 2024", "%d %b %Y", "2024-11-05"},
        {"31.04.2024", "%d.%m.%Y", NULL},
        {"2023-02-29", "%Y-%m-%d", NULL},
        {"31.12.2023x", "%d.%m.%Y", NULL},
        {"", "%d.%m.%Y", NULL},
        {"1111/11/11", "%Y/%m/%d", "1111-11-11"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t date;
        char text[DATE_TEXT_SIZE];
        int result = date_text_parse(str_of(cases[i].text), cases[i].format, &date);
        ck_assert_msg((result == 0) == (cases[i].date != NULL), "%s", cases[i].text);
        if (result == 0) {
            date_format(date, text);
            ck_assert_str_eq(text, cases[i].date);
        }
    }
}
END_TEST

START_TEST(a_wrong_mapping_names_each_member)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"{\"delimiter\":\";;\"}", "/m/delimiter: must be one ASCII character"},
        {"{\"date\":-1}", "/m/date: must be a column: its name, or its number from 0"},
        {"{\"date_formats\":[\"%d.%m\"]}", "/m/date_formats/0: must name year, month and day"},
        {"{\"amount\":\"a\",\"debit\":\"b\"}", "/m/amount: can't stand beside debit or credit"},
        {"{\"sign\":{\"debit\":[\"D\"]}}", "/m/sign/column: is missing"},
        {"{\"currency\":\"EURO\"}", "/m/currency: must be an ISO 4217 code such as EUR"},
        {"{\"decimal\":\",\",\"thousands\":\",\"}", "/m/thousands: holds the decimal mark"},
        {"{\"colour\":1}", "/m/colour: is not a known field"},
        {"[]", "/m: must be an object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct faults faults;
        struct mapping mapping;
        arena_init(&arena);
        faults_init(&faults, &arena);
        json_t *value = json_read(&arena, str_of(cases[i].text), &faults);
        ck_assert_int_eq(mapping_read(&arena, value, "/m", &mapping, &faults), -1);
        ck_assert_str_eq(arena_printf(&arena, "%s: %s", faults.list[0].pointer, faults.list[0].detail),
                         cases[i].fault);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(a_mapping_is_written_as_it_was_read)
{
    static const char text[] =
        "{\"delimiter\":\"\\t\",\"quote\":\"\",\"header\":true,\"skip_head\":3,\"date\":\"D\",\"amount\":[1,"
        "\"x\"],\"invert\":false,"
        "\"thousands\":\" "
        "\",\"date_formats\":[\"%d.%m.%Y\"],\"sign\":{\"column\":4,\"debit\":[\"D\"],\"credit\":[]},"
        "\"ignore_rows\":[{\"column\":\"t\",\"values\":[\"10\",\"82\"]}]}";
    struct arena arena;
    struct faults faults;
    struct mapping mapping;
    arena_init(&arena);
    faults_init(&faults, &arena);
    ck_assert_int_eq(mapping_read(&arena, json_read(&arena, str_of(text), &faults), "", &mapping, &faults),
                     0);
    ck_assert_str_eq(json_write(&arena, mapping_json(&arena, &mapping)), text);
    arena_free(&arena);
}
END_TEST

Suite *statement_suite(void);
Suite *statement_suite(void)
{
    Suite *suite = suite_create("statement");
    TCase *tests = tcase_create("statement");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_file_gives_its_rows_whatever_the_pieces, 0, sizeof files / sizeof *files);
    tcase_add_loop_test(tests, a_camt_message_gives_its_rows_and_its_proof, 0,
                        sizeof messages / sizeof *messages);
    tcase_add_test(tests, utf_16_is_read_with_and_without_its_mark);
    tcase_add_test(tests, a_record_past_a_limit_costs_itself_only);
    tcase_add_test(tests, amounts_are_read_as_written_or_refused);
    tcase_add_test(tests, dates_are_read_by_strptime_formats);
    tcase_add_test(tests, a_wrong_mapping_names_each_member);
    tcase_add_test(tests, a_mapping_is_written_as_it_was_read);
    suite_add_tcase(suite, tests);
    return suite;
}
