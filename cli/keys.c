/*
 * purser keys DIR: makes the keys that the services refuse to start without. es256.pem, an EC P-256 private
 * key in PEM (its public half is derived from it), signs tokens; secret.key, 32 random bytes, seals and
 * hashes codes. What exists is left as it is: a new key would log everybody out.
 */

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cli/command.h"

enum { KEY_FILE_LIMIT = 8 * 1024, KEY_PATH_SIZE = 4096 };

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0)
            return -1;
        data += written;
        size -= (size_t)written;
    }
    return fsync(fd);
}

/* The name appears only with the whole content behind it, so that a reader never sees half a key. */
static int write_new_file(const char *path, const struct buf *content, struct err *err)
{
    char draft[KEY_PATH_SIZE + 16];
    snprintf(draft, sizeof draft, "%s.%d", path, (int)getpid());
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ERR_REJECT, "%s: %s", draft, strerror(errno));
    int failed = write_all(fd, content->data, content->size) != 0;
    failed |= close(fd) != 0;
    if (!failed && link(draft, path) != 0)
        failed = errno != EEXIST; /* another made it in the meantime: his is as good */
    if (failed)
        err_set(err, ERR_RETRY, "%s: %s", path, strerror(errno));
    unlink(draft);
    return failed ? -1 : 0;
}

static int make_token_key(struct buf *pem, struct err *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *out = BIO_new(BIO_s_mem());
    int failed =
        key == NULL || out == NULL || PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) != 1;
    if (!failed) {
        char *text;
        long size = BIO_get_mem_data(out, &text);
        buf_add(pem, text, (size_t)size);
    }
    BIO_free(out);
    EVP_PKEY_free(key);
    return failed ? err_set(err, ERR_BUG, "an EC P-256 key can't be made") : 0;
}

static int make_secret(struct buf *secret, struct err *err)
{
    (void)err;
    uint8_t bytes[HASH_SIZE];
    randombytes_buf(bytes, sizeof bytes);
    buf_add(secret, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
    return 0;
}

static int ensure_file(const char *folder, const char *name, int (*make)(struct buf *, struct err *),
                       struct err *err)
{
    char path[KEY_PATH_SIZE];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return err_set(err, ERR_REJECT, "the folder's path is too long");
    if (access(path, F_OK) == 0)
        return 0;
    struct buf content;
    buf_init(&content, KEY_FILE_LIMIT);
    int failed = make(&content, err);
    if (failed == 0)
        failed = write_new_file(path, &content, err);
    if (content.data != NULL)
        sodium_memzero(content.data, content.size);
    buf_free(&content);
    if (failed == 0)
        printf("made %s\n", path);
    return failed;
}

static int run(int argc, char **argv, struct err *err)
{
    if (argc != 2)
        return EXIT_USAGE;
    const char *folder = argv[1];
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        err_set(err, ERR_REJECT, "%s: %s", folder, strerror(errno));
        return EXIT_FAILED;
    }
    if (ensure_file(folder, "es256.pem", make_token_key, err) != 0 ||
        ensure_file(folder, "secret.key", make_secret, err) != 0)
        return EXIT_FAILED;
    return EXIT_OK;
}

const struct command command_keys = {
    .name = "keys",
    .usage = "DIR",
    .summary = "Make the keys that a folder lacks, readable by their owner alone",
    .run = run,
};
