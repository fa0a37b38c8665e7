#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

static int empty(int fd) {
  DIR *d = fdopendir(fd);
  if (!d) {
    int error = errno;
    close(fd);
    return error;
  }
  int error = 0;
  for (struct dirent *e; !error && (e = readdir(d));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (!unlinkat(dirfd(d), e->d_name, 0)) continue;
    if (errno != EISDIR && errno != EPERM) {
      error = errno;
      break;
    }
    int child = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    error = child < 0 ? errno : empty(child);
    if (!error && unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR)) error = errno;
  }
  closedir(d);
  return error;
}

int delete_tree(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? 0 : errno;
  int error = empty(fd);
  if (!error && rmdir(path)) error = errno;
  return error;
}
