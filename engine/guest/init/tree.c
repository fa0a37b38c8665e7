#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "init.h"

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static char **names_in(int directory, size_t *count) {
  DIR *d = fdopendir(directory);
  char **names = NULL;
  size_t n = 0, room = 0;
  if (!d) job_fail(errno, "", "reading a directory");
  for (struct dirent *e; (e = readdir(d));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (n == room) names = realloc(names, (room = room ? room * 2 : 32) * sizeof *names);
    if (!names) job_fail(ENOMEM, "", "reading a directory");
    names[n++] = strdup(e->d_name);
  }
  closedir(d);
  if (n) qsort(names, n, sizeof *names, by_name);
  *count = n;
  return names;
}

void tree_walk(int directory, const char *path, tree_visit *visit, void *context) {
  size_t count;
  char **names = names_in(fcntl(directory, F_DUPFD_CLOEXEC, 0), &count);
  for (size_t i = 0; i < count; i++) {
    char inner[4096];
    if (snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "/" : "", names[i]) < (int)sizeof inner)
      tree_entry(directory, names[i], inner, visit, context);
    free(names[i]);
  }
  free(names);
  close(directory);
}

void tree_entry(int directory, const char *base, const char *path, tree_visit *visit, void *context) {
  struct tree_entry e = {.path = path, .base = base, .directory = directory};
  // Gone since the directory was read, as temporary files go: no failure.
  if (fstatat(directory, base, &e.stat, AT_SYMLINK_NOFOLLOW)) return;
  char at[300], value;
  snprintf(at, sizeof at, "/proc/self/fd/%d/%s", directory, base);
  e.at = at;
  e.whiteout = S_ISCHR(e.stat.st_mode) && !e.stat.st_rdev;
  e.opaque = S_ISDIR(e.stat.st_mode) && lgetxattr(at, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
  visit(&e, context);
  if (!S_ISDIR(e.stat.st_mode)) return;
  int below = openat(directory, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (below >= 0) tree_walk(below, path, visit, context);
}

// Splits a path into a container's merged directory and what follows, if it lies in one.
static bool split_merged(const char *path, char root[256], const char **rest) {
  size_t prefix = strlen(OVERLAY_ROOT "/");
  if (strncmp(path, OVERLAY_ROOT "/", prefix)) return false;
  const char *part = strchr(path + prefix, '/');
  if (!part || strncmp(part, "/merged", 7) || (part[7] && part[7] != '/')) return false;
  snprintf(root, 256, "%.*s", (int)(part + 7 - path), path);
  *rest = part + 7;
  return true;
}

int open_scoped(const char *path, bool directory) {
  char root[256];
  const char *rest;
  int flags = (directory ? O_DIRECTORY : 0) | O_RDONLY | O_CLOEXEC;
  if (!split_merged(path, root, &rest)) return open(path, flags);
  int at = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (at < 0) return -1;
  struct open_how how = {.flags = flags, .resolve = RESOLVE_IN_ROOT};
  int fd = syscall(SYS_openat2, at, *rest ? rest : "/", &how, sizeof how);
  int error = errno;
  close(at);
  errno = error;
  return fd;
}

int open_parent(const char *path, char base[256]) {
  char parent[4096];
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  size_t slash = length;
  while (slash && path[slash - 1] != '/') slash--;
  if (!length || slash >= sizeof parent || length - slash > 255) {
    errno = length ? ENAMETOOLONG : ENOENT;
    return -1;
  }
  snprintf(base, 256, "%.*s", (int)(length - slash), path + slash);
  if (!*base) strcpy(base, ".");
  snprintf(parent, sizeof parent, "%.*s", (int)slash, path);
  return open_scoped(*parent ? parent : ".", true);
}
