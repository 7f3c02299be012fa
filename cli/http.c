#include "cli/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

enum {
    REPLY_MAX = 64 * 1024 * 1024,
    PATH_MAX_BYTES = 4096,
    REQUEST_TIMEOUT_MS = 60000,
    PAUSE_FIRST_MS = 20,
    PAUSE_MAX_MS = 500,
};

struct http {
    CURL *curl;
    char *base_url, *token;
    int64_t deadline_ms;
    struct buf reply;
    char location[PATH_MAX_BYTES];
    long retry_after_s;
    FILE *download; /* of the request at hand */
};

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
    struct http *http = arg;
    long status = 0;
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    if (http->download != NULL && status / 100 == 2)
        return fwrite(data, 1, size * count, http->download);
    buf_add(&http->reply, data, size * count);
    return http->reply.overflowed ? 0 : size * count;
}

static size_t take_header(char *data, size_t size, size_t count, void *arg)
{
    struct http *http = arg;
    struct str value, name = str_split((struct str){data, size * count}, ':', &value);
    while (value.size > 0 && (value.data[value.size - 1] == '\n' || value.data[value.size - 1] == '\r'))
        value.size--;
    value = str_trim(value);
    int64_t seconds;
    if (str_equal_nocase(name, STR("location")) && value.size < sizeof http->location) {
        memcpy(http->location, value.data, value.size);
        http->location[value.size] = '\0';
    } else if (str_equal_nocase(name, STR("retry-after")) && str_to_int(value, &seconds) == 0) {
        http->retry_after_s = (long)seconds;
    }
    return size * count;
}

struct http *http_open(const char *base_url, int64_t deadline_ms, struct err *err)
{
    struct http *http = calloc(1, sizeof *http);
    CURL *curl = curl_easy_init();
    if (http == NULL || curl == NULL)
        abort();
    size_t size = strlen(base_url);
    while (size > 0 && base_url[size - 1] == '/')
        size--;
    http->curl = curl;
    http->base_url = strndup(base_url, size);
    http->deadline_ms = deadline_ms;
    buf_init(&http->reply, REPLY_MAX);
    if (strncmp(base_url, "http://", 7) == 0 || strncmp(base_url, "https://", 8) == 0)
        return http;
    err_set(err, ERR_REJECT, "PURSER_URL must start with http:// or https://, not '%s'", base_url);
    http_close(http);
    return NULL;
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->curl);
    buf_free(&http->reply);
    free(http->base_url);
    free(http->token);
    free(http);
}

void http_use_token(struct http *http, const char *token)
{
    free(http->token);
    http->token = token == NULL ? NULL : strdup(token);
}

static int on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    const struct http_request *request = arg;
    (void)down_total;
    (void)down;
    request->sent(up, up_total);
    return 0;
}

/* Files take as long as they take, but not without a byte a minute. */
static void set_transfer(CURL *curl, const struct http_request *request)
{
    if (request->upload == NULL && request->download == NULL) {
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)REQUEST_TIMEOUT_MS + 1000L * request->wait_s);
        return;
    }
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)REQUEST_TIMEOUT_MS / 1000);
    if (request->upload == NULL)
        return;
    struct stat status;
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_READDATA, request->upload);
    if (fstat(fileno(request->upload), &status) == 0 && S_ISREG(status.st_mode))
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)status.st_size);
    if (request->sent != NULL) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)request);
    }
}

const char *http_escape(struct arena *arena, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = arena_alloc(arena, strlen(text) * 3 + 1), *out = escaped;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("-._~", c)) {
            *out++ = *text;
        } else {
            *out++ = '%';
            *out++ = digits[c >> 4];
            *out++ = digits[c & 15];
        }
    }
    return escaped;
}

static struct curl_slist *make_headers(struct http *http, const struct http_request *request,
                                       struct arena *arena)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    if (request->body != NULL)
        headers = curl_slist_append(headers,
                                    arena_printf(arena, "Content-Type: %s",
                                                 request->type == NULL ? "application/json" : request->type));
    if (http->token != NULL)
        headers = curl_slist_append(headers, arena_printf(arena, "Authorization: Bearer %s", http->token));
    if (request->upload != NULL)
        headers = curl_slist_append(headers, "Content-Type: application/octet-stream");
    if (request->wait_s > 0)
        headers = curl_slist_append(headers, arena_printf(arena, "Prefer: wait=%d", request->wait_s));
    if (request->key != NULL)
        headers = curl_slist_append(headers, arena_printf(arena, "Idempotency-Key: %s", request->key));
    return headers;
}

/* One exchange. -1: there was no answer. */
static int exchange(struct http *http, struct arena *arena, const struct http_request *request, long *status,
                    struct err *err)
{
    CURL *curl = http->curl;
    struct curl_slist *headers = make_headers(http, request, arena);
    char words[CURL_ERROR_SIZE] = "";
    buf_reset(&http->reply);
    http->location[0] = '\0';
    http->retry_after_s = 0;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, arena_printf(arena, "%s%s", http->base_url, request->path));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    set_transfer(curl, request);
    http->download = request->download;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, http);
    if (request->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    CURLcode result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(headers);
    if (result == CURLE_OK)
        return 0;
    return err_set(err, ERR_RETRY, "no answer from %s: %s", http->base_url,
                   words[0] == '\0' ? curl_easy_strerror(result) : words);
}

static void pause_ms(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

int http_send(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_reply *reply, struct err *err)
{
    bool harmless = (strcmp(request->method, "GET") == 0 || request->key != NULL) &&
                    request->upload == NULL && request->download == NULL;
    int64_t end = clock_mono_ms() + http->deadline_ms, wait_ms = PAUSE_FIRST_MS;
    int failed;
    *reply = (struct http_reply){.repeats = -1};
    for (;;) {
        reply->repeats++;
        failed = exchange(http, arena, request, &reply->status, err);
        bool again = failed != 0 || reply->status == 429 || reply->status == 503;
        int64_t wait = http->retry_after_s > 0 ? http->retry_after_s * 1000 : wait_ms;
        if (!again || !harmless || clock_mono_ms() + wait > end)
            break;
        pause_ms(wait);
        wait_ms = wait_ms * 2 < PAUSE_MAX_MS ? wait_ms * 2 : PAUSE_MAX_MS;
    }
    if (failed != 0)
        return -1;
    if (http->reply.size > 0) {
        json_t *body = json_loadb(http->reply.data, http->reply.size, JSON_DECODE_ANY, NULL);
        reply->body = body == NULL ? NULL : json_own(arena, body);
    }
    if (http->location[0] != '\0')
        reply->location = arena_strdup(arena, http->location);
    return 0;
}

const char *http_text(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

int http_call(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_reply *reply, struct err *err)
{
    if (http_send(http, arena, request, reply, err) != 0)
        return -1;
    if (reply->status >= 200 && reply->status < 300)
        return 0;
    const char *title = http_text(reply->body, "title"), *detail = http_text(reply->body, "detail");
    json_t *first = json_array_get(json_object_get(reply->body, "errors"), 0);
    long long line = json_integer_value(json_object_get(first, "line"));
    const char *what = http_text(first, "detail");
    const char *where = line > 0 ? arena_printf(arena, "line %lld", line) : http_text(first, "pointer");
    bool is_said = strstr(detail, what) != NULL && strstr(detail, where) != NULL;
    enum err_class class = reply->status == 429 || reply->status >= 500 ? ERR_RETRY : ERR_REJECT;
    return err_set(err, class, "%s %s answered %ld %s%s%s%s%s%s%s", request->method, request->path,
                   reply->status, title, detail[0] == '\0' ? "" : ": ", detail, is_said ? "" : "; ",
                   is_said ? "" : where, is_said ? "" : " ", is_said ? "" : what);
}

int http_get(struct http *http, struct arena *arena, const char *path, struct http_reply *reply,
             struct err *err)
{
    return http_call(http, arena, &(struct http_request){.method = "GET", .path = path}, reply, err);
}

int http_delete(struct http *http, struct arena *arena, const char *path, struct err *err)
{
    struct http_reply reply;
    return http_call(http, arena, &(struct http_request){.method = "DELETE", .path = path}, &reply, err);
}

int http_post(struct http *http, struct arena *arena, const char *path, const json_t *body, int wait_s,
              struct http_reply *reply, struct err *err)
{
    struct id id = id_new();
    char key[ID_TEXT_SIZE];
    if (body == NULL)
        return err_set(err, ERR_REJECT, "a word is not UTF-8");
    id_format(&id, key);
    struct http_request request = {
        .method = "POST", .path = path, .body = json_write(arena, body), .key = key, .wait_s = wait_s};
    return http_call(http, arena, &request, reply, err);
}
