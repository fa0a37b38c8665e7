// Lines taken out of and added to files that a container may have changed meanwhile, such as its /etc/hosts: all else stays.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "network.h"

#define MOST (64 << 10)

static bool listed(const struct json *list, const char *line, size_t length) {
  json_each(item, list) if (item->kind == JSON_STRING && item->length == length && !memcmp(item->text, line, length)) return true;
  return false;
}

static int edit(const struct json *given) {
  static char old[MOST];
  // In place: the container has this very file mounted.
  int fd = open(json_string(given, "path", ""), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -1;
  ssize_t length = read(fd, old, sizeof old);
  struct text t = {0};
  for (ssize_t at = 0; at < length;) {
    char *end = memchr(old + at, '\n', length - at);
    size_t line = end ? (size_t)(end - old - at) : (size_t)(length - at);
    if (!listed(json_get(given, "remove"), old + at, line)) {
      text_add(&t, old + at, line);
      text_add(&t, "\n", 1);
    }
    at += line + 1;
  }
  json_each(item, json_get(given, "add")) if (item->kind == JSON_STRING) text_print(&t, "%s\n", item->text);
  // One that the container has made that large is its own affair.
  if (length < 0 || length == MOST) errno = length < 0 ? errno : EFBIG;
  bool good = length >= 0 && length < MOST && !ftruncate(fd, 0) && pwrite(fd, t.bytes, t.length, 0) == (ssize_t)t.length;
  int error = errno;
  text_free(&t);
  close(fd);
  errno = error;
  return good ? 0 : -1;
}

const char *lines_edit(const struct json *edits) {
  json_each(item, edits) if (edit(item)) return json_string(item, "path", "");
  return NULL;
}
