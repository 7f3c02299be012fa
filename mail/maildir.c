#include "mail/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 200, PATH_SIZE = PATH_MAX + NAME_SIZE };

static int system_error(struct err *err, const char *path)
{
    return err_set(err, ERR_RETRY, "mail folder %s: %s", path, strerror(errno));
}

static int make_folders(const char *path, struct err *err)
{
    static const char *const parts[] = {"", "/tmp", "/new", "/cur"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char folder[PATH_SIZE];
        snprintf(folder, sizeof folder, "%s%s", path, parts[i]);
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return system_error(err, folder);
    }
    return 0;
}

/* What a Message-ID may hold and a file's name may not, or means something in a maildir, becomes '_'. */
static void make_name(const char *message_id, char name[NAME_SIZE])
{
    size_t size = 0;
    for (; size < NAME_SIZE - 1 && message_id[size] != '\0'; size++) {
        char c = message_id[size];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name[size] = letter || c == '-' || c == '@' || (c == '.' && size > 0) ? c : '_';
    }
    name[size] = '\0';
}

static int write_synced(const char *path, struct str message, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return system_error(err, path);
    int result = 0;
    for (size_t at = 0; at < message.size && result == 0;) {
        ssize_t written = write(fd, message.data + at, message.size - at);
        if (written >= 0)
            at += (size_t)written;
        else if (errno != EINTR)
            result = system_error(err, path);
    }
    if (result == 0 && fsync(fd) != 0)
        result = system_error(err, path);
    close(fd);
    return result;
}

static int sync_folder(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return system_error(err, path);
    int result = fsync(fd) == 0 ? 0 : system_error(err, path);
    close(fd);
    return result;
}

int maildir_send(const char *path, const struct mail_envelope *envelope, struct str message, struct err *err)
{
    char name[NAME_SIZE], draft[PATH_SIZE], place[PATH_SIZE], folder[PATH_SIZE];
    if (strlen(path) > PATH_MAX - 32)
        return err_set(err, ERR_REJECT, "the path of the mail folder is too long");
    make_name(envelope->message_id, name);
    snprintf(draft, sizeof draft, "%s/tmp/%s.%d", path, name, (int)getpid());
    snprintf(place, sizeof place, "%s/new/%s", path, name);
    snprintf(folder, sizeof folder, "%s/new", path);
    if (make_folders(path, err) != 0)
        return -1;
    int result = write_synced(draft, message, err);
    if (result == 0 && link(draft, place) != 0 && errno != EEXIST)
        result = system_error(err, place);
    unlink(draft);
    return result == 0 ? sync_folder(folder, err) : -1;
}
