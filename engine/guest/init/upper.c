// The list of what a container's writable layer holds.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "init.h"
#include "tree.h"

static const char *kind_of(const struct tree_entry *e) {
  if (e->whiteout) return "whiteout";
  switch (e->stat.st_mode & S_IFMT) {
    case S_IFDIR: return "directory";
    case S_IFLNK: return "symlink";
    case S_IFCHR: return "character-device";
    case S_IFBLK: return "block-device";
    case S_IFIFO: return "fifo";
    case S_IFREG: return "file";
    default: return NULL;
  }
}

static void add(const struct tree_entry *e, void *context) {
  struct text *t = context;
  const char *kind = kind_of(e);
  if (!kind) return;
  if (t->length > 1) text_add(t, ",", 1);
  text_add(t, "[", 1);
  struct text path = {0};
  text_print(&path, "/%s", e->path);
  text_add(&path, "", 1);
  text_quote(t, path.bytes);
  text_free(&path);
  text_print(t, ",\"%s\",%u,%llu,%lld,%s]", kind, (unsigned)(e->stat.st_mode & 07777), S_ISREG(e->stat.st_mode) ? (unsigned long long)e->stat.st_size : 0ULL,
             (long long)e->stat.st_mtime, e->opaque ? "true" : "false");
}

void list_upper(const struct json *message) {
  const char *file = json_string(message, "file", "");
  struct text t = {0}, upper = {0};
  text_print(&upper, OVERLAY_ROOT "/%s/diff", json_string(message, "container", ""));
  text_add(&upper, "", 1);
  int root = open(upper.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  text_add(&t, "[", 1);
  if (root >= 0) tree_walk(root, "", add, &t);
  else if (errno != ENOENT) job_fail(errno, upper.bytes, "open");
  text_add(&t, "]", 1);
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT, 0600);
  if (fd < 0) job_fail(errno, file, "open");
  for (size_t at = 0; at < t.length;) {
    ssize_t n = write(fd, t.bytes + at, t.length - at);
    if (n <= 0) job_fail(n ? errno : EIO, file, "write");
    at += n;
  }
  if (close(fd)) job_fail(errno, file, "close");
}
