#include "cli/maildrop.h"

#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"

enum { MAIL_READ_MAX = 16 * 1024, SCAN_EVERY_MS = 5, ADDRESS_SIZE = 256 };

struct seen {
    char *name;
    char address[ADDRESS_SIZE],
        code[MAILDROP_CODE_SIZE]; /* both "" in a mail without a code, or an old one */
};

struct maildrop {
    pthread_mutex_t lock; /* over all that follows */
    char *folder;
    struct seen *seen; /* sorted by name; the names start with a time, so new ones mostly come last */
    size_t count, capacity;
    int64_t scanned_ms;
};

/* The value of the header "To: <…>" or "To: …", and the code: a line of four spaces and six capitals or
 * digits. */
static void read_mail(const char *path, struct seen *mail)
{
    char text[MAIL_READ_MAX + 1];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    size_t size = fread(text, 1, MAIL_READ_MAX, file);
    fclose(file);
    text[size] = '\0';
    const char *to = strstr(text, "\nTo: "), *line = strstr(text, "\n    ");
    if (to == NULL || line == NULL)
        return;
    size_t length = strspn(line + 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if (length != MAILDROP_CODE_SIZE - 1 || strchr("\r\n", line[5 + length]) == NULL)
        return;
    memcpy(mail->code, line + 5, length);
    to += 5;
    length = strcspn(to, "\r\n");
    if (length < ADDRESS_SIZE)
        memcpy(mail->address, to, length);
}

/* Where `name` stands or belongs. */
static size_t place_of(const struct maildrop *drop, const char *name, bool *found)
{
    size_t low = 0, high = drop->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(drop->seen[middle].name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void scan(struct maildrop *drop, bool read)
{
    DIR *folder = opendir(drop->folder);
    if (folder == NULL)
        return; /* made with the first mail */
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        bool found;
        size_t place = place_of(drop, entry->d_name, &found);
        if (found || entry->d_name[0] == '.')
            continue;
        if (drop->count == drop->capacity) {
            drop->capacity = drop->capacity == 0 ? 64 : drop->capacity * 2;
            drop->seen = reallocarray(drop->seen, drop->capacity, sizeof *drop->seen);
            if (drop->seen == NULL)
                abort();
        }
        memmove(&drop->seen[place + 1], &drop->seen[place], (drop->count++ - place) * sizeof *drop->seen);
        drop->seen[place] = (struct seen){.name = strdup(entry->d_name)};
        char path[4096 + 256];
        snprintf(path, sizeof path, "%s/%s", drop->folder, entry->d_name);
        if (read)
            read_mail(path, &drop->seen[place]);
    }
    closedir(folder);
}

struct maildrop *maildrop_open(const char *mail_url, struct err *err)
{
    if (strncmp(mail_url, "maildir:", 8) != 0 || strlen(mail_url) > 4000) {
        err_set(err, ERR_REJECT, "codes are read from a mail drop: PURSER_MAIL_URL must be maildir:PATH");
        return NULL;
    }
    struct maildrop *drop = calloc(1, sizeof *drop);
    char *folder = calloc(1, strlen(mail_url));
    if (drop == NULL || folder == NULL)
        abort();
    sprintf(folder, "%s/new", mail_url + 8); /* "/new" is shorter than "maildir:" */
    drop->folder = folder;
    pthread_mutex_init(&drop->lock, NULL);
    scan(drop, false);
    return drop;
}

void maildrop_close(struct maildrop *drop)
{
    if (drop == NULL)
        return;
    for (size_t i = 0; i < drop->count; i++)
        free(drop->seen[i].name);
    pthread_mutex_destroy(&drop->lock);
    free(drop->seen);
    free(drop->folder);
    free(drop);
}

static bool find_code(struct maildrop *drop, const char *address, char code[MAILDROP_CODE_SIZE])
{
    bool found = false;
    pthread_mutex_lock(&drop->lock);
    if (clock_mono_ms() - drop->scanned_ms >= SCAN_EVERY_MS) {
        scan(drop, true);
        drop->scanned_ms = clock_mono_ms();
    }
    for (size_t i = drop->count; i-- > 0 && !found;) /* the newest first: it voids the others */
        if (strcasecmp(drop->seen[i].address, address) == 0) {
            memcpy(code, drop->seen[i].code, MAILDROP_CODE_SIZE);
            found = true;
        }
    pthread_mutex_unlock(&drop->lock);
    return found;
}

int maildrop_wait(struct maildrop *drop, const char *address, int64_t deadline_ms,
                  char code[MAILDROP_CODE_SIZE], struct err *err)
{
    int64_t end = clock_mono_ms() + deadline_ms;
    while (!find_code(drop, address, code)) {
        if (clock_mono_ms() > end)
            return err_set(err, ERR_RETRY, "no mail with a code for %s came within %lld s", address,
                           (long long)deadline_ms / 1000);
        nanosleep(&(struct timespec){0, SCAN_EVERY_MS * 1000000L}, NULL);
    }
    return 0;
}
