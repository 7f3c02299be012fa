#include "api/head.h"

#include <string.h>

#include "llhttp.h"

static int refuse(struct head_fault *fault, int status, const char *detail)
{
    *fault = (struct head_fault){status, detail};
    return -1;
}

static bool is_token_char(unsigned char c)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(others, c) != NULL);
}

/* One header line without its CR LF. */
static int check_line(struct str line, struct head_fault *fault)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return refuse(fault, 400, "a header line starts with white space (obsolete line folding)");
    size_t at = 0;
    while (at < line.size && is_token_char((unsigned char)line.data[at]))
        at++;
    if (at == 0 || at == line.size || line.data[at] != ':')
        return refuse(fault, 400, "a header line is not 'Name: value'");
    return 0;
}

/* "METHOD SP TARGET SP VERSION": llhttp reads over further spaces, others may not. */
static int check_request_line(struct str line, struct head_fault *fault)
{
    struct str target, version, method = str_split(line, ' ', &target);
    target = str_split(target, ' ', &version);
    bool has_more = memchr(version.data, ' ', version.size) != NULL;
    if (method.size == 0 || target.size == 0 || version.size == 0 || has_more)
        return refuse(fault, 400, "the request line is not 'METHOD TARGET VERSION'");
    return 0;
}

/* `line` made the head too large. A token of a megabyte is a bad token before it is a large head. */
static int refuse_size(struct str line, bool is_first, struct head_fault *fault)
{
    if (is_first)
        return refuse(fault, 414, "the request line is longer than 16 KiB");
    if (str_starts_nocase(line, "authorization:") || str_starts_nocase(line, "x-access-token:"))
        return refuse(fault, 401, "the token is larger than any of ours");
    return refuse(fault, 431, "the head is larger than 16 KiB");
}

long head_scan(struct str bytes, size_t *checked, struct head_fault *fault)
{
    size_t start = *checked; /* of the line that is not whole yet */
    bool is_first = start == 0;
    for (;;) {
        const char *line = bytes.data + start;
        const char *end = memchr(line, '\n', bytes.size - start);
        size_t size = end == NULL ? bytes.size - start : (size_t)(end - line);
        for (size_t i = 0; i < size; i++) {
            unsigned char c = (unsigned char)line[i];
            if (c == '\r' && i + 1 == size)
                break;
            if ((c < ' ' && c != '\t') || c == 0x7F)
                return refuse(fault, 400, c == '\r' ? "a CR without LF" : "a control character in the head");
        }
        if (start + size > HEAD_BYTES_MAX)
            return refuse_size((struct str){line, size}, is_first, fault);
        if (end == NULL) {
            *checked = start;
            return 0;
        }
        if (size == 0 || line[size - 1] != '\r')
            return refuse(fault, 400, "a line ends with a bare LF");
        if (size == 1 && is_first)
            return refuse(fault, 400, "an empty line in place of a request");
        if (size == 1)
            return (long)(start + 2);
        struct str text = {line, size - 1};
        if ((is_first ? check_request_line(text, fault) : check_line(text, fault)) != 0)
            return -1;
        is_first = false;
        start += size + 1;
    }
}

struct parse {
    llhttp_t parser;
    struct head *head;
    struct str target;
    struct head_fault *fault;
    int host_count, encoding_count;
};

static struct parse *parse_of(llhttp_t *parser)
{
    return parser->data;
}

/* The head lies in one piece, so that the pieces of one text adjoin. */
static void extend(struct str *text, const char *at, size_t size)
{
    if (text->data == NULL)
        text->data = at;
    text->size = (size_t)(at - text->data) + size;
}

static int on_url(llhttp_t *parser, const char *at, size_t size)
{
    extend(&parse_of(parser)->target, at, size);
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t size)
{
    struct parse *parse = parse_of(parser);
    if (parse->head->header_count == HEAD_HEADERS_MAX)
        return refuse(parse->fault, 431, "more than 64 headers");
    extend(&parse->head->headers[parse->head->header_count].name, at, size);
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t size)
{
    struct parse *parse = parse_of(parser);
    extend(&parse->head->headers[parse->head->header_count].value, at, size);
    return 0;
}

static bool is_host(struct str value)
{
    static const char others[] = "-._~%!$&'()*+;=:[]";
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (!is_token_char(c) && strchr(others, c) == NULL)
            return false;
    }
    return value.size > 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    struct parse *parse = parse_of(parser);
    struct header *header = &parse->head->headers[parse->head->header_count++];
    header->value = str_trim(header->value);
    if (str_equal_nocase(header->name, STR("host"))) {
        if (parse->host_count++ > 0)
            return refuse(parse->fault, 400, "two Host headers");
        if (!is_host(header->value))
            return refuse(parse->fault, 400, "the Host header is not a host");
    } else if (str_equal_nocase(header->name, STR("transfer-encoding"))) {
        if (parse->encoding_count++ > 0)
            return refuse(parse->fault, 400, "two Transfer-Encoding headers");
        if (!str_equal_nocase(header->value, STR("chunked")))
            return refuse(parse->fault, 501, "a Transfer-Encoding other than chunked");
    } else if (str_equal_nocase(header->name, STR("content-length"))) {
        for (size_t i = 0; i < header->value.size; i++)
            if (header->value.data[i] < '0' || header->value.data[i] > '9')
                return refuse(parse->fault, 400, "Content-Length is not a number");
    } else if (str_equal_nocase(header->name, STR("expect"))) {
        if (!str_equal_nocase(header->value, STR("100-continue")))
            return refuse(parse->fault, 417, "an expectation other than 100-continue");
        parse->head->expects_continue = true;
    }
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED; /* the body's framing is api/framing's */
}

static const llhttp_settings_t callbacks = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
};

static int refuse_grammar(llhttp_errno_t error, struct head_fault *fault)
{
    switch (error) {
    case HPE_INVALID_VERSION:
    case HPE_PAUSED_H2_UPGRADE:
        return refuse(fault, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    case HPE_INVALID_METHOD:
        return refuse(fault, 501, "an unknown method");
    case HPE_INVALID_URL:
        return refuse(fault, 400, "the request target is malformed");
    case HPE_UNEXPECTED_CONTENT_LENGTH:
        return refuse(fault, 400, "the length of the body is given twice");
    case HPE_INVALID_CONTENT_LENGTH:
        return refuse(fault, 400, "Content-Length is not a number");
    case HPE_INVALID_TRANSFER_ENCODING:
        return refuse(fault, 400, "Transfer-Encoding is malformed");
    default:
        return refuse(fault, 400, "the head is malformed");
    }
}

static int read_target(struct parse *parse)
{
    struct str target = parse->target;
    if (str_starts_nocase(target, "http://") || str_starts_nocase(target, "https://")) {
        const char *authority = (const char *)memchr(target.data, ':', target.size) + 3;
        size_t left = target.size - (size_t)(authority - target.data);
        const char *path = memchr(authority, '/', left);
        target = path == NULL ? STR("/") : (struct str){path, left - (size_t)(path - authority)};
    }
    if (parse->head->method == METHOD_OPTIONS && str_equal(target, STR("*"))) {
        parse->head->path = target;
        return 0;
    }
    if (target.size == 0 || target.data[0] != '/')
        return refuse(parse->fault, 400, "the request target is not a path");
    for (size_t i = 0; i < target.size; i++)
        if ((unsigned char)target.data[i] <= ' ' || (unsigned char)target.data[i] >= 0x7F ||
            target.data[i] == '#')
            return refuse(parse->fault, 400,
                          "the request target has a character that must be percent-encoded");
    parse->head->path = str_split(target, '?', &parse->head->query);
    return 0;
}

static enum method method_of(uint8_t method)
{
    switch (method) {
    case HTTP_GET:
        return METHOD_GET;
    case HTTP_HEAD:
        return METHOD_HEAD;
    case HTTP_POST:
        return METHOD_POST;
    case HTTP_PUT:
        return METHOD_PUT;
    case HTTP_PATCH:
        return METHOD_PATCH;
    case HTTP_DELETE:
        return METHOD_DELETE;
    case HTTP_OPTIONS:
        return METHOD_OPTIONS;
    default:
        return METHOD_OTHER;
    }
}

int head_parse(struct str bytes, struct head *head, struct head_fault *fault)
{
    struct parse parse = {.head = head, .fault = fault};
    memset(head, 0, sizeof *head);
    *fault = (struct head_fault){0};
    llhttp_init(&parse.parser, HTTP_REQUEST, &callbacks);
    parse.parser.data = &parse;
    llhttp_errno_t error = llhttp_execute(&parse.parser, bytes.data, bytes.size);
    if (fault->status != 0)
        return -1;
    const llhttp_t *parser = &parse.parser;
    /* CONNECT and Upgrade pause by another name; neither is followed here. */
    if (error != HPE_PAUSED && error != HPE_PAUSED_UPGRADE)
        return refuse_grammar(error, fault);
    if (parser->http_major != 1 || parser->http_minor > 1)
        return refuse_grammar(HPE_INVALID_VERSION, fault);
    bool is_old = parser->http_minor == 0;
    head->is_http_1_0 = is_old;
    if (parse.host_count == 0 && !is_old)
        return refuse(fault, 400, "the Host header is missing");
    head->is_chunked = parse.encoding_count > 0;
    if (head->is_chunked && (is_old || (parser->flags & F_CONTENT_LENGTH) != 0))
        return refuse(fault, 400, "Transfer-Encoding next to Content-Length, or in HTTP/1.0");
    head->content_length = (parser->flags & F_CONTENT_LENGTH) != 0 ? parser->content_length : 0;
    head->keep_alive = !is_old && (parser->flags & F_CONNECTION_CLOSE) == 0;
    head->method = method_of(parser->method);
    if (head->method == METHOD_OTHER)
        return refuse(fault, 501, "a method that nothing here answers");
    return read_target(&parse);
}

struct str head_find(const struct head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (str_equal_nocase(head->headers[i].name, str_of(name)))
            return head->headers[i].value;
    return (struct str){NULL, 0};
}

const char *method_name(enum method method)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""};
    return names[method];
}
