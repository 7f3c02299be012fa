#include "finance/normalise_words.h"

#include <stddef.h>

/* Lists are packed by hand. */
/* clang-format off */

const char *const normalise_payment_phrases[] = {
    /* English */
    "pos", "pos purchase", "pos debit", "pos refund", "pos purchase effec", "purchase", "card purchase",
    "card payment", "card payment to", "card transaction", "debit card", "debit card purchase",
    "debit card payment", "credit card purchase", "visa", "visa purchase", "visa debit",
    "visa debit purchase", "mastercard", "maestro", "contactless", "contactless payment", "checkcard",
    "check card", "chk card", "recurring card purchase", "recurring card payment", "recurring payment",
    "recurring", "recur purchase", "online purchase", "online payment", "international online purchase",
    "international purchase", "international card purchase", "purchase authorized on",
    "payment authorized on", "preauthorized debit", "pre authorised debit", "direct debit",
    "direct debit to", "direct debit payment", "dd", "ddr", "standing order", "standing order to", "sto",
    "bill payment", "bill payment to", "bill pay", "billpay", "bill pmt", "faster payment",
    "faster payment to", "faster payment from", "faster payments receipt", "fpi", "fpo", "bgc",
    "bank giro credit", "eft", "eft credit", "eft debit", "eft debit order", "eftpos", "ach", "ach debit",
    "ach credit", "ach withdrawal", "ach payment", "ach hold", "electronic payment",
    "electronic withdrawal", "payment to", "payment from", "transfer to", "transfer from",
    "online transfer to", "online transfer from", "e transfer", "interac e transfer", "interac purchase",
    "interac", "idp purchase", "debit order", "debit order payment", "external debit order",
    "debicheck payment", "debicheck", "debicheck debit order", "naedo", "naedo debit order", "magtape",
    "magtape debit", "magtape credit", "banking app payment", "internet banking payment", "internet pmt to",
    "ib payment to", "internet banking transfer", "paid to", "paid from", "payshap", "immediate payment",
    "upi", "imps", "neft", "rtgs", "nach", "osko payment", "osko", "bpay", "fpos", "vpp", "sale", "wdl",
    "withdrawal", "dbt", "cpt", "point of sale", "pin",
    /* French */
    "cb", "carte", "carte bancaire", "paiement cb", "paiement par carte", "paiement carte", "achat cb",
    "achat carte", "achat", "facture carte", "fact cb", "retrait dab carte", "prlv", "prlv sepa",
    "prelevement", "prelevement sepa", "prelevement de", "prlv sepa core", "vir", "vir sepa", "vir inst",
    "vir inst sepa", "vir recu", "vir emis", "vir sepa recu", "vir sepa emis", "vir permanent",
    "vir instantane", "virement", "virement sepa", "virement de", "virement recu", "virement recu de",
    "virement emis", "virement emis vers", "virement instantane", "virement vers", "virement permanent",
    "avoir cb", "avoir carte", "remise cb",
    /* German */
    "kartenzahlung", "kartenzahlung girocard", "girocard", "ec", "ec karte", "ec kartenzahlung",
    "lastschrift", "basislastschrift", "sepa lastschrift", "sepa basislastschrift", "folgelastschrift",
    "sepa folgelastschrift", "einmallastschrift", "uberweisung", "sepa uberweisung", "online uberweisung",
    "echtzeituberweisung", "gutschrift", "sepa gutschrift", "uberweisungsgutschrift", "dauerauftrag",
    "dauerauftragslastschrift", "elv", "visa card", "debitkarte", "debit mastercard", "kauf", "einkauf",
    "zahlung", "kartenverfugung", "sepa",
    /* Spanish, Portuguese */
    "compra", "compra en", "compra tarjeta", "compra con tarjeta", "pago con tarjeta", "pago tarjeta",
    "pago", "pago en", "pago movil en", "recibo", "adeudo", "adeudo recibo", "adeudo de", "transferencia",
    "transferencia de", "transferencia a", "transferencia recibida", "transferencia inmediata", "bizum",
    "bizum de", "bizum a", "compra no debito", "compra no credito", "compra cartao", "compras", "pagamento",
    "debito direto", "debito", "pix", "pix enviado", "pix recebido", "rshop", "pag", "trf", "trf de",
    "trf p",
    /* Italian */
    "pagamento pos", "pagamento carta", "pagamento con carta", "acquisto", "acquisto pos", "addebito sdd",
    "addebito", "bonifico", "bonifico a", "bonifico da", "bonifico sepa", "bonifico istantaneo", "sdd",
    "sdd core",
    /* Dutch */
    "bea", "betaalpas", "betaalautomaat", "betaalverzoek", "pinbetaling", "incasso", "sepa incasso",
    "sepa incasso algemeen doorlopend", "sepa overboeking", "overboeking", "ideal", "sepa ideal", "bck",
    "gea", "automatische incasso", "tikkie", NULL,
};

const char *const normalise_aggregators[] = {
    "sq", "square", "gosq", "tst", "toast", "paypal", "pp", "pypl", "sumup", "zettle", "izettle", "iz",
    "yoco", "sp", "spo", "shopify", "stripe", "str", "ckx", "wpy", "eb", "dri", "fs", "py", "cko", "adyen",
    "mollie", "klarna", "worldline", "payu", "mp", "mercadopago", "merpago", "pagseguro", "pag", "ppro",
    "nyx", "nya", "snack", "c", "ic", "bt", "clover", "clv", "fsp", "gocardless", "gc", "viva", "lsp",
    "sqc", "payfast", "ikh", "ikhokha", "snapscan", "zapper", "razorpay", "rzp", "paytm", "crv", "2co",
    "2checkout", "fastspring", "paddle", NULL,
};

const char *const normalise_field_names[] = {
    "npy", "nbe", "lib", "ref", "rem", "rum", "id", "ics", "mdt", "fact", "motif", "libelle", "de", "pour",
    "date", "eref", "mref", "kref", "cred", "svwz", "abwa", "iban", "bic", "trtp", "naam", "oms",
    "omschrijving", "kenmerk", "machtiging", "incassant", "verwendungszweck", "mandatsref", "ordp", "benm",
    "remi", "name", "mandate", "mandat", "reference", "branch", "device", "auth", "trn", "memo", NULL,
};

const char *const normalise_months[] = {
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "january",
    "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
    "janv", "fev", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "janvier", "fevrier", "avril",
    "juillet", "septembre", "octobre", "novembre", "decembre", "januar", "februar", "marz", "juni", "juli",
    "oktober", "dezember", "okt", "dez", "ene", "abr", "ago", "dic", "out", "set", "mei", "maart", "gen",
    "mag", "giu", "lug", "ott", NULL,
};

const char *const normalise_month_names[] = {
    "january", "february", "september", "october", "november", "december", "janvier", "fevrier", "avril",
    "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre", "januar", "februar",
    "oktober", "dezember", "enero", "febrero", "abril", "junio", "julio", "agosto", "septiembre",
    "setembro", "octubre", "outubro", "noviembre", "novembro", "diciembre", "dezembro", "janeiro",
    "fevereiro", "junho", "julho", "januari", "februari", "maart", "augustus", "gennaio", "febbraio",
    "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre", NULL,
};

const char *const normalise_fee_words[] = {
    "fee", "fees", "charge", "charges", "frais", "commission", "commissions", "cotisation", "gebuhr",
    "gebuhren", "entgelt", "comision", "comisiones", "tarifa", "tasa", "kosten", "commissioni",
    "insufficient", "returned", "unpaid", "dishonour", "reversal", "interest", "interets", "agios", NULL,
};
