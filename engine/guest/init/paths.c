// Single paths of the guest host, looked at and changed by jobs: some lie in the workspace, for which init must not wait.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

static const char *kind_of(mode_t mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "directory";
  return "other";
}

// Links are followed. Nothing there: an answer without a kind.
void stat_path(const struct json *message) {
  const char *path = json_string(message, "path", "");
  struct stat s;
  if (stat(path, &s)) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    job_fail(errno, path, "stat %s", path);
  }
  struct text t = {0};
  text_print(&t, ",\"kind\":\"%s\"", kind_of(s.st_mode));
  job_answer(&t);
  text_free(&t);
}

void make_path(const struct json *message) {
  const char *path = json_string(message, "path", "");
  if (make_directories(path, 0755)) job_fail(errno, path, "mkdir %s", path);
}

void delete_path(const struct json *message) {
  const char *path = json_string(message, "path", "");
  int error = delete_tree(path);
  if (error) job_fail(error, path, "removing %s", path);
}

// What the guest has written to volumes, and keeps in its page cache until it gets round to it, goes to the host now.
void sync_volumes(const struct json *message) {
  (void)message;
  int fd = open(VOLUME_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || syncfs(fd)) job_fail(errno, VOLUME_ROOT, "sync");
}
